import type { FigureSources } from '../figure/sources.ts';
import type { Json } from '../json.ts';
import type { CellId, Pipeline, Sweep } from '../pipeline/pipeline.ts';
import { planCells } from '../plan/plan.ts';
import type { PlannedCell } from '../plan/planner.ts';
import type { Reason } from '../plan/reasons.ts';
import type { Known } from '../report/values.ts';
import type { Measured } from '../run/job-result.ts';
import { sweepScores } from './sweep-scores.ts';
import { warningsOf } from './warnings.ts';
import type { OpenPipeline } from './workspace.ts';

/** The results of a pipeline that are cached now. */
export interface Results {
  readonly plans: readonly PlannedCell[];
  /** With the parameters that sweeps chose, and without the trials that they left out. */
  readonly pipeline: Pipeline;
  readonly known: FigureSources;
}

export async function resultsOf(open: OpenPipeline): Promise<Results> {
  const plans = await planCells(open.known, open.pipeline.cells);
  for (const message of new Set(plans.flatMap(({ reasons }) => reasons.flatMap(blockedBecause)))) {
    console.error(`note: some cells cannot be planned, so their results are missing: ${message}`);
  }
  const cells = plans.filter(({ state }) => state !== 'left-out').map(({ cell }) => cell);
  const known = { ...recordedOf(open, plans), ...filesOf(open, plans) };
  return { plans, pipeline: { ...open.pipeline, cells }, known };
}

/** Why a cell cannot be planned, if so. Other missing cells are not explained here, because `plan` lists them. */
function blockedBecause({ reason, message }: Reason): string[] {
  return reason === 'blocked' ? [message] : [];
}

/** Files and records of cached cells, and the scores of sweeps: what figures show beyond values. */
function filesOf(
  { cache, known }: OpenPipeline,
  plans: readonly PlannedCell[],
): Omit<FigureSources, keyof Known> {
  const planned = new Map(plans.map((plan) => [plan.cell.id, plan]));
  const fingerprintOf = (id: CellId) => {
    const plan = planned.get(id);
    return plan?.state === 'cached' ? plan.key?.fingerprint : undefined;
  };
  const file = (id: CellId, name: string) => {
    const fingerprint = fingerprintOf(id);
    const stored = fingerprint && cache.lookup(fingerprint);
    if (!stored || !cache.files(stored.artifact).some(({ path }) => path === name)) return undefined;
    return cache.path(stored.artifact, name);
  };
  const recordMeasurements = (id: CellId) => {
    const fingerprint = fingerprintOf(id);
    const measured = fingerprint && cache.publishingAttempt(fingerprint)?.measured;
    return ((measured ?? {}) as Partial<Measured>).records ?? []; // written by `attempt-cell.ts`
  };
  let scoresOf: ReturnType<typeof sweepScores> | undefined;
  const scores = (sweep: Sweep) => {
    scoresOf ??= sweepScores(known, plans);
    return scoresOf(sweep).scores;
  };
  return { file, recordMeasurements, scores };
}

/** Values, warnings and measurements of cached cells. Each cell is read once, because tables ask for it several times. */
function recordedOf({ cache, kinds }: OpenPipeline, plans: readonly PlannedCell[]): Known {
  const planned = new Map(plans.map((plan) => [plan.cell.id, plan]));
  const read = (id: CellId) => {
    const plan = planned.get(id);
    const fingerprint = plan?.state === 'cached' ? plan.key?.fingerprint : undefined;
    const stored = fingerprint && cache.lookup(fingerprint);
    const { measures = [] } = kinds.get(plan?.cell.kind ?? '')?.kind ?? {};
    return {
      values: stored?.values,
      warnings: stored ? warningsOf(cache, stored.artifact) : [],
      measured: measurementsOf(measures, fingerprint && cache.publishingAttempt(fingerprint)?.measured),
    };
  };
  const found = new Map<CellId, ReturnType<typeof read>>();
  const of = (id: CellId) => {
    const one = found.get(id) ?? read(id);
    found.set(id, one);
    return one;
  };
  return {
    values: (id) => of(id).values,
    warnings: (id) => of(id).warnings,
    measured: (id) => of(id).measured,
  };
}

/** The measurements that all kinds have (seconds, peak memory in bytes), and those that a kind declares. */
function measurementsOf(declared: readonly string[], found: Json | undefined) {
  // Written by `attempt-cell.ts`.
  const { seconds, peakMemory, measurements } = (found ?? {}) as Partial<Measured>;
  const unknown = Object.fromEntries(declared.map((name) => [name, undefined]));
  return { seconds, 'peak-memory': peakMemory, ...unknown, ...measurements };
}
