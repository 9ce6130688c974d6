import type { Json, Scalar } from '../json.ts';
import type { CellWarning, Progress } from '../kind/kind.ts';

/**
 * Everything that the page of a pipeline shows, as JSON. `retable report` writes it into one HTML file; `retable ui`
 * serves it and sends changes. What many cells share is in a list, and cells name it by its position.
 */
export interface PageData {
  /** Version of retable. */
  readonly version: string;
  readonly pipeline: string;
  readonly description: string | undefined;
  readonly profile: string | undefined;
  /** Parameters that `--set` changed from the profile. */
  readonly set: Readonly<Record<string, Json>>;
  readonly params: Readonly<Record<string, Json>>;
  readonly stages: readonly PageStage[];
  readonly cells: readonly PageCell[];
  readonly tables: readonly PageTable[];
  readonly figures: readonly PageFigure[];
  /** Files of code of a kind, and the packages that it imports, with digests or versions. */
  readonly codes: readonly Readonly<Record<string, string>>[];
  readonly engines: readonly Readonly<Record<string, string>>[];
  /** Reasons why something is missing, such as a table that could not be made. */
  readonly problems: readonly string[];
  /** Only from `retable ui`. */
  readonly live?: {
    /** Relative address of server-sent events, each a `PageEvent`: all that these data do not contain yet. */
    readonly events: string;
  };
}

export interface PageStage {
  readonly name: string;
  readonly kind: string;
  /** Names of the stages that it needs. */
  readonly needs: readonly string[];
}

export type CellState =
  | 'done'
  | 'running'
  | 'waiting'
  | 'failed'
  | 'interrupted'
  | 'timeout'
  | 'outdated'
  | 'left-out';

export interface PageCell {
  readonly id: string;
  /** Position in `stages`. */
  readonly stage: number;
  readonly axes: Readonly<Record<string, Scalar>>;
  readonly parameters: Readonly<Record<string, Json>>;
  /** Positions in `cells`, by need. */
  readonly needs: Readonly<Record<string, number>>;
  readonly state: CellState;
  /** Why it runs, failed or is left out. */
  readonly message?: string;
  readonly fingerprint?: string;
  readonly artifact?: string;
  readonly values?: Readonly<Record<string, number>>;
  readonly warnings?: readonly CellWarning[];
  /** Position in `codes`. */
  readonly code?: number;
  /** Position in `engines`. */
  readonly engine?: number;
  /** Of its last attempt. */
  readonly attempt?: {
    readonly number: number;
    /** In ISO 8601, UTC. */
    readonly started: string;
    readonly host?: string;
    readonly seconds?: number;
    /** In bytes. */
    readonly peakMemory?: number;
    /** The last lines of its log. */
    readonly log?: string;
  };
  /** Records of the cell, such as its epochs, as columns; only for cells that a figure does not show already. */
  readonly curves?: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface PageTable {
  readonly name: string;
  readonly title: string | undefined;
  readonly headline: string;
  readonly keys: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly PageRow[];
  readonly notes: readonly string[];
}

export interface PageRow {
  readonly words: readonly string[];
  /** As printed, with the positions in `cells` from which the number comes. */
  readonly entries: readonly { readonly text: string; readonly cells: readonly number[] }[];
}

export interface PageFigure {
  readonly name: string;
  readonly title: string | undefined;
  /** An SVG element without scripts. */
  readonly svg: string;
  readonly notes: readonly string[];
}

/** What `retable ui` sends while a run goes on, each with a number by which a reader can ask for what it missed. */
export type PageEvent =
  | {
      readonly event: 'run';
      readonly state: 'started' | 'finished' | 'interrupted';
      readonly summary?: string;
    }
  | { readonly event: 'cell'; readonly cell: string; readonly state: CellState; readonly message?: string }
  | { readonly event: 'progress'; readonly cell: string; readonly progress: Progress }
  | {
      readonly event: 'record';
      readonly cell: string;
      readonly record: Readonly<Record<string, Scalar | null>>;
    }
  | { readonly event: 'notice'; readonly message: string }
  /** Tables or figures changed: load the data again. */
  | { readonly event: 'changed' };
