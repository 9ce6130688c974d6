import type { Digest } from '../cache/digest.ts';
import type { Json } from '../json.ts';
import type { Places, Program } from '../kind/kind.ts';
import type { CellId } from '../pipeline/pipeline.ts';
import type { Allocation } from './resources.ts';

/**
 * One attempt, ready to be executed. It is JSON, so that it can be written to a file and read by a process on any machine
 * that shares the disk.
 */
export type Job = {
  readonly cell: CellId;
  /** What is executed: a program, or the `run` function of the kind in this module. */
  readonly program: Program | null;
  readonly module: string;
  readonly engine: { readonly name: string; readonly module: string; readonly threads: number } | null;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly places: Places;
  /** The private folder of the attempt, which contains `output`, `log` and `events`. */
  readonly folder: string;
  readonly output: string;
  readonly scratch: string;
  /** The folder of the scratch folders of all cells that differ only in where they stop. */
  readonly trajectory: string;
  readonly log: string;
  /** The file to which the cell writes its `CellEvent`s. */
  readonly events: string;
  readonly allocation: Allocation;
  /** In seconds; null if there is no limit. */
  readonly timeout: number | null;
};

/** An artifact, or the part of it that the cell reads, with the path of each file. */
export interface JobInput {
  readonly digest: Digest;
  readonly files: Readonly<Record<string, string>>;
}
