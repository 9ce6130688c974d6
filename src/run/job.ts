import type { Digest } from '../cache/digest.ts';
import type { Json } from '../json.ts';
import type { Places, Program } from '../kind/kind.ts';
import type { CellId } from '../pipeline/pipeline.ts';
import type { Allocation } from './resources.ts';

/**
 * One attempt, ready to be executed. It is JSON: it can be written down, and read by a process elsewhere that shares the
 * disk.
 */
export type Job = {
  readonly cell: CellId;
  /** What is executed: a program, or the `run` function of the kind in this module. */
  readonly program: Program | null;
  readonly module: string;
  readonly engine: { readonly name: string; readonly module: string } | null;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly places: Places;
  /** The attempt's private folder; `output`, `log` and `events` lie within. */
  readonly folder: string;
  readonly output: string;
  readonly scratch: string;
  readonly log: string;
  /** What the cell tells: a file of `CellEvent`s. */
  readonly events: string;
  readonly allocation: Allocation;
  /** Seconds; null where there is no limit. */
  readonly timeout: number | null;
};

/** An artifact, or the part of it that the cell reads, with the place of each of its files. */
export interface JobInput {
  readonly digest: Digest;
  readonly files: Readonly<Record<string, string>>;
}
