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
  readonly graph: StageGraph;
  readonly cells: readonly PageCell[];
  readonly tables: readonly PageTable[];
  readonly figures: readonly PageFigure[];
  /** Warnings of all cells, grouped by name. */
  readonly warnings: readonly PageWarning[];
  readonly codes: readonly PageCode[];
  readonly engines: readonly PageEngine[];
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
  /** Parameters that have the same value in all its cells. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** Names of the values that tables show of its cells, in the order of the tables. */
  readonly shown: readonly string[];
}

/** Where the stages are drawn, in pixels. */
export interface StageGraph {
  readonly width: number;
  readonly height: number;
  /** Of each stage in `stages`: its centre and its size. */
  readonly boxes: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
  /** From a needed stage to one that needs it, as positions in `stages`. */
  readonly edges: readonly {
    readonly from: number;
    readonly to: number;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

/** The code of a kind: its files with their digests and its packages with their versions, or the version of its author. */
export interface PageCode {
  readonly version?: string;
  readonly digest?: string;
  readonly files: Readonly<Record<string, string>>;
  readonly packages: Readonly<Record<string, string>>;
}

export interface PageEngine {
  readonly name: string;
  readonly device: string;
  readonly processor: string;
  readonly threads?: number;
  /** Digest of its code. */
  readonly code: string;
  readonly packages: Readonly<Record<string, string>>;
}

export interface PageWarning {
  readonly name: string;
  /** The message of the first cell. */
  readonly message: string;
  /** Positions in `cells`. */
  readonly cells: readonly number[];
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
  /** Parameters that not all cells of its stage share, and that are not among `axes` with the same value. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** Positions in `cells`, by need. */
  readonly needs: Readonly<Record<string, number>>;
  readonly state: CellState;
  /** Why it runs, failed or is left out. */
  readonly message?: string;
  readonly fingerprint?: string;
  readonly artifact?: string;
  /** Digests of files outside the cache, by name. */
  readonly sources?: Readonly<Record<string, string>>;
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
  readonly curves?: Curves;
}

/** The records of a cell, such as its epochs: a column of each number. */
export interface Curves {
  /** How many records there are. Long columns have only some of them. */
  readonly of: number;
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
  /** Names of columns that were measured and not recorded, such as seconds. */
  readonly measured?: readonly string[];
}

export interface PageTable {
  readonly name: string;
  readonly title: string;
  /** What its numbers are, in one line. */
  readonly headline: string;
  /** Headings of the columns with row keys. */
  readonly keys: readonly string[];
  /** Headings of the columns with numbers. */
  readonly columns: readonly string[];
  readonly rows: readonly PageRow[];
  readonly notes: readonly string[];
  /** Sources of published values; `[1]` in an entry is the first. */
  readonly sources: readonly string[];
  readonly warnings: readonly PageWarning[];
}

export interface PageRow {
  readonly words: readonly string[];
  readonly entries: readonly PageEntry[];
}

export interface PageEntry {
  /** As printed. */
  readonly text: string;
  /** The exact mean, in the unit of the value (0.873, not 87.3); null if no cell has the value. */
  readonly mean: number | null;
  readonly std: number | null;
  /** The cells that the number comes from, as positions in `cells`, and the number of each. */
  readonly members: readonly (readonly [cell: number, number: number | null])[];
}

export interface PageFigure {
  readonly name: string;
  readonly title: string | undefined;
  /** An SVG element without scripts. */
  readonly svg: string;
  /** As printed, in points. */
  readonly width: number;
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
      readonly measurements?: Readonly<Record<string, number>>;
    }
  | { readonly event: 'notice'; readonly message: string }
  /** Tables or figures changed: load the data again. */
  | { readonly event: 'changed' };
