import type { FigureSources } from '../figure/sources.ts';
import type { CellId, Pipeline } from '../pipeline/pipeline.ts';
import { planCells } from '../plan/plan.ts';
import type { PlannedCell } from '../plan/planner.ts';
import type { Reason } from '../plan/reasons.ts';
import { type Measured, measuredIn } from '../run/job-result.ts';
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
  return { plans, pipeline: { ...open.pipeline, cells }, known: knownOf(open, plans) };
}

/** Why a cell cannot be planned, if so. Other missing cells are not explained here, because `plan` lists them. */
function blockedBecause({ reason, message }: Reason): string[] {
  return reason === 'blocked' ? [message] : [];
}

/** What the cache has of the cells that are cached. Each is looked up once, because tables and figures ask for it often. */
function knownOf({ cache, kinds, known }: OpenPipeline, plans: readonly PlannedCell[]): FigureSources {
  const planned = new Map(plans.map((plan) => [plan.cell.id, plan]));
  const look = (id: CellId) => {
    const plan = planned.get(id);
    const fingerprint = plan?.state === 'cached' ? plan.key?.fingerprint : undefined;
    const stored = fingerprint && cache.lookup(fingerprint);
    const { measures = [] } = kinds.get(plan?.cell.kind ?? '')?.kind ?? {};
    const measured = measuredIn(fingerprint && cache.publishingAttempt(fingerprint));
    return {
      artifact: stored?.artifact,
      values: stored?.values,
      warnings: stored ? warningsOf(cache, stored.artifact) : [],
      measured: measurementsOf(measures, measured),
      recordMeasurements: measured.records ?? [],
    };
  };
  const found = new Map<CellId, ReturnType<typeof look>>();
  const of = (id: CellId) => {
    const one = found.get(id) ?? look(id);
    found.set(id, one);
    return one;
  };
  let scoresOf: ReturnType<typeof sweepScores> | undefined;
  return {
    values: (id) => of(id).values,
    warnings: (id) => of(id).warnings,
    measured: (id) => of(id).measured,
    recordMeasurements: (id) => of(id).recordMeasurements,
    file(id, name) {
      const { artifact } = of(id);
      const isThere = artifact && cache.files(artifact).some(({ path }) => path === name);
      return isThere ? cache.path(artifact, name) : undefined;
    },
    scores(sweep) {
      scoresOf ??= sweepScores(known, plans);
      return scoresOf(sweep).scores;
    },
  };
}

/** The measurements that all kinds have (seconds, peak memory in bytes), and those that a kind declares. */
function measurementsOf(
  declared: readonly string[],
  { seconds, peakMemory, measurements }: Partial<Measured>,
) {
  const unknown = Object.fromEntries(declared.map((name) => [name, undefined]));
  return { seconds, 'peak-memory': peakMemory, ...unknown, ...measurements };
}
