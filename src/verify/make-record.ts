import type { Json } from '../json.ts';
import type { CellWarning } from '../kind/kind.ts';
import type { CellId, Pipeline } from '../pipeline/pipeline.ts';
import { withoutSecrets } from '../pipeline/secrets.ts';
import type { PlannedCell } from '../plan/planner.ts';
import { type Commit, publicBasis, type RecordedCell, type ResultsRecord } from './record.ts';

/** What a record says about where its results come from. */
export interface Origin {
  readonly retable: string;
  readonly commit: Commit | undefined;
}

/**
 * The record of a pipeline.
 * @param plans its cells as they are planned now: those that are cached are done
 * @param warnings gives the warnings of a cell that is done
 */
export function makeRecord(
  { name, profile, set }: Pick<Pipeline, 'name' | 'profile' | 'set'>,
  plans: readonly PlannedCell[],
  warnings: (id: CellId) => readonly CellWarning[],
  origin: Origin,
): ResultsRecord {
  return {
    ...origin,
    pipeline: name,
    profile,
    set: publicSet(set),
    cells: plans.map((plan) => recordedCell(plan, warnings)),
  };
}

/** What `--set` changed, without secrets. */
export function publicSet(set: Pipeline['set']): Readonly<Record<string, Json>> {
  // An object stays one.
  return withoutSecrets(set) as Pipeline['set'];
}

/** A cell as a record has it. */
export function recordedCell(
  plan: PlannedCell,
  warnings: (id: CellId) => readonly CellWarning[],
): RecordedCell {
  const { cell, state, key, artifact, values = {}, reasons } = plan;
  const { id, stage } = cell;
  if (state === 'cached' && key && artifact) {
    const names = warnings(id).map((warning) => warning.name);
    return {
      id,
      stage,
      state: 'done',
      fingerprint: key.fingerprint,
      artifact,
      values,
      warnings: [...new Set(names)].sort(),
      basis: publicBasis(key.basis),
    };
  }
  if (state !== 'left-out') return { id, stage, state: 'missing' };
  const isDiverged = reasons.some(({ reason }) => reason === 'diverged');
  return { id, stage, state: isDiverged ? 'diverged' : 'left-out' };
}
