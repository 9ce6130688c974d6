import type { CompileCost } from '../engine/engine.ts';
import type { Json } from '../json.ts';
import type { Places, Progress } from '../kind/kind.ts';
import type { JobInput } from './job.ts';

/** What a cell process is told, once, as its first message. */
export type CellJob = {
  /** The bundle of the kind. */
  readonly module: string;
  readonly engine: { readonly name: string; readonly module: string } | null;
  readonly threads: number;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly places: Places;
  readonly output: string;
  readonly scratch: string;
};

/** What a cell process tells. The last message is `done` or `failure`. */
export type CellMessage =
  | { readonly type: 'progress'; readonly progress: Progress }
  | {
      readonly type: 'done';
      readonly peakMemory: number;
      readonly compiled?: CompileCost;
      /** What the kind measured. */
      readonly measurements: Readonly<Record<string, number>>;
    }
  | { readonly type: 'failure'; readonly reason: string; readonly message: string; readonly hint?: string };
