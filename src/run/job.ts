import type { Digest } from '../cache/digest.ts';
import type { CompileCost } from '../engine/engine.ts';
import type { Json } from '../json.ts';
import type { Places, Progress } from '../kind/kind.ts';
import type { CellId } from '../pipeline/pipeline.ts';
import type { LoadedKind } from '../plan/kinds.ts';
import type { Allocation } from './resources.ts';

/** One attempt, ready to be executed. */
export interface Job {
  readonly cell: CellId;
  readonly kind: LoadedKind;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly places: Places;
  readonly engine: { readonly name: string; readonly module: string } | null;
  /** The attempt's private folder; `output` and `log` lie within. */
  readonly folder: string;
  readonly output: string;
  readonly scratch: string;
  readonly log: string;
  readonly allocation: Allocation;
  /** Seconds. */
  readonly timeout: number | undefined;
}

/** An artifact, or the part of it that the cell reads, with the place of each of its files. */
export interface JobInput {
  readonly digest: Digest;
  readonly files: Readonly<Record<string, string>>;
}

/** How an attempt ended. */
export type Exit =
  | { readonly state: 'done'; readonly measured: Measured }
  | {
      readonly state: 'failed' | 'timeout' | 'interrupted';
      readonly reason: string;
      readonly message: string;
      readonly hint?: string;
      readonly exitCode?: number;
      readonly signal?: string;
      readonly measured: Measured;
    };

/** What was measured of the attempt: it belongs to the attempt, never to the artifact. */
export type Measured = {
  readonly seconds: number;
  /** Bytes; undefined where it could not be measured. */
  readonly peakMemory?: number;
  /** Undefined where it started no engine, or one that does not compile. */
  readonly compiled?: CompileCost;
  /** What the kind measured itself, by the names that it declares. */
  readonly measurements?: Readonly<Record<string, number>>;
  readonly host: string;
};

export interface ExecuteOptions {
  /** Aborted when the run is interrupted. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Where attempts are executed: a child process of this machine, or a job of a cluster. */
export type Executor = (job: Job, options: ExecuteOptions) => Promise<Exit>;
