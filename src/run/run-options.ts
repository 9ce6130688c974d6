import type { Cache } from '../cache/cache.ts';
import type { Places } from '../kind/kind.ts';
import type { Cell, Pipeline } from '../pipeline/pipeline.ts';
import type { LoadedEngine } from '../plan/engine-key.ts';
import type { LoadedKind } from '../plan/kinds.ts';
import type { Planner } from '../plan/planner.ts';
import type { RunEvent } from './events.ts';
import type { Executor } from './executor.ts';
import type { Machine } from './resources.ts';

export interface RunOptions {
  readonly pipeline: Pipeline;
  /** Settings other than the profile, as text. */
  readonly settings: string;
  /** The cells to run, each after those that it needs. */
  readonly cells: readonly Cell[];
  readonly planner: Planner;
  readonly cache: Cache;
  readonly kinds: ReadonlyMap<string, LoadedKind>;
  /** Null if no kind of the pipeline uses tensors. */
  readonly engine: LoadedEngine | null;
  readonly places: Places;
  readonly machine: Machine;
  readonly executor: Executor;
  /** How many cells may run at a time, if there are enough resources. */
  readonly jobs: number;
  /** Start nothing more after the first failure. */
  readonly failFast: boolean;
  /** Aborted by an interrupt. */
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}
