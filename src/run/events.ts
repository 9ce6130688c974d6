import type { Digest, Fingerprint } from '../cache/digest.ts';
import type { CompileCost } from '../engine/engine.ts';
import type { FailureReason } from '../failure-reasons.ts';
import type { Scalar } from '../json.ts';
import type { CellWarning, Progress } from '../kind/kind.ts';
import type { CellId } from '../pipeline/pipeline.ts';
import type { Reason } from '../plan/reasons.ts';

/** What happens in a run, in order. Displays and `--json` use these events and nothing else. */
export type RunEvent =
  | {
      readonly event: 'run-started';
      readonly pipeline: string;
      readonly profile: string | undefined;
      readonly cells: number;
      readonly jobs: number;
      readonly engine: string;
    }
  | { readonly event: 'notice'; readonly message: string }
  | { readonly event: 'artifact-damaged'; readonly cell: CellId; readonly message: string }
  | {
      readonly event: 'cell-cached';
      readonly cell: CellId;
      readonly fingerprint: Fingerprint;
      readonly artifact: Digest;
    }
  | { readonly event: 'cell-waiting'; readonly cell: CellId; readonly message: string }
  | {
      readonly event: 'cell-started';
      readonly cell: CellId;
      readonly fingerprint: Fingerprint;
      readonly attempt: number;
      readonly reasons: readonly Reason[];
    }
  | { readonly event: 'cell-progress'; readonly cell: CellId; readonly progress: Progress }
  | ({ readonly event: 'cell-warning'; readonly cell: CellId } & CellWarning)
  | {
      readonly event: 'cell-record';
      readonly cell: CellId;
      readonly record: Readonly<Record<string, Scalar | null>>;
      /** What differs from run to run, such as the seconds of an epoch; left out for an epoch of an earlier attempt. */
      readonly measurements?: Readonly<Record<string, number>>;
    }
  | {
      readonly event: 'cell-finished';
      readonly cell: CellId;
      readonly fingerprint: Fingerprint;
      readonly artifact: Digest;
      readonly attempt: number;
      readonly seconds: number;
      /** In bytes, if it could be measured. */
      readonly peakMemory?: number;
      /** Present if it started an engine that compiles. */
      readonly compiled?: CompileCost;
      readonly values: Readonly<Record<string, number>>;
    }
  | ({
      readonly event: 'cell-failed';
      readonly cell: CellId;
      readonly attempt: number;
      readonly willRetry: boolean;
    } & CellFailure)
  | {
      readonly event: 'cell-skipped';
      readonly cell: CellId;
      readonly because: SkipReason;
      readonly message: string;
    }
  | ({ readonly event: 'run-finished' } & RunSummary);

/** Why a cell has no result although it did not fail. */
export type SkipReason = 'needs-failed' | 'fail-fast' | 'interrupted' | 'left-out' | 'diverged';

/** Why an attempt failed. */
export interface CellFailure {
  readonly reason: FailureReason;
  readonly message: string;
  readonly hint?: string;
  /** Path of the log, with everything that the attempt printed. */
  readonly log?: string;
}

/** The number of cells of a run by outcome, and how long the run took. */
export interface RunSummary {
  readonly executed: number;
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
  /** Trials that a sweep did not let go on, or that diverged, and what would need them. */
  readonly leftOut: number;
  readonly seconds: number;
}
