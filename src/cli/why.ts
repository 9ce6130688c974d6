import pc from 'picocolors';
import type { Cell } from '../pipeline/pipeline.ts';
import { withoutSecrets } from '../pipeline/secrets.ts';
import { findCell } from '../plan/find-cell.ts';
import type { KeptBasis } from '../plan/fingerprint.ts';
import { planCells } from '../plan/plan.ts';
import type { PlannedCell } from '../plan/planner.ts';
import { changesOf, type Reason } from '../plan/reasons.ts';
import { EXIT } from './outcome.ts';
import { type OpenPipeline, openPipeline, type PipelineFlags } from './workspace.ts';

/** `retable why CELL`: why the cell would run or is cached, and what had changed before each earlier attempt. */
export async function why(cellName: string, name: string | undefined, given: PipelineFlags): Promise<number> {
  const opened = await openPipeline(name, given);
  const { pipeline, planner, flags } = opened;
  const { id } = findCell(pipeline.cells, cellName, pipeline.name);
  const planned = (await planCells(planner, pipeline.cells)).find(({ cell }) => cell.id === id);
  if (!planned) throw new Error(`${id} was not planned`);
  const history = attemptHistory(opened, planned.cell);
  if (flags.json) {
    const { state, reasons, key } = planned;
    console.log(
      JSON.stringify({
        cell: id,
        state,
        fingerprint: key?.fingerprint ?? null,
        reasons,
        manifest: key ? { ...key.basis, parameters: withoutSecrets(key.basis.parameters) } : null,
        attempts: history,
      }),
    );
  } else {
    printNow(planned);
    for (const attempt of history) printAttempt(attempt);
  }
  opened.cache.close();
  return EXIT.done;
}

const STATES: Readonly<Record<PlannedCell['state'], string>> = {
  run: pc.yellow('would run'),
  cached: pc.green('is cached'),
  'may-run': pc.yellow('may run'),
  'left-out': pc.dim('is left out'),
};

function printNow({ cell, state, reasons, key }: PlannedCell): void {
  console.log(
    `${pc.bold(cell.id)} ${STATES[state]}${key ? `, fingerprint ${key.fingerprint.slice(0, 12)}` : ''}`,
  );
  for (const { message } of reasons) console.log(`  ${message}`);
}

interface PastAttempt {
  readonly attempt: number;
  readonly state: string;
  readonly started: string;
  /** What had changed since the previous attempt. */
  readonly changes: readonly Reason[] | 'first' | 'same';
}

function attemptHistory({ cache, pipeline }: OpenPipeline, cell: Cell): PastAttempt[] {
  const attempts = cache.attemptsOf(cell.id, pipeline.name).toReversed();
  return attempts.map((attempt, index) => {
    const before = attempts[index - 1];
    return {
      attempt: attempt.id,
      state: attempt.state,
      started: new Date(attempt.started).toISOString(),
      changes: before ? changesBetween(cache, cell, before.fingerprint, attempt.fingerprint) : 'first',
    };
  });
}

function changesBetween(
  cache: OpenPipeline['cache'],
  cell: Cell,
  before: Parameters<OpenPipeline['cache']['basis']>[0],
  after: typeof before,
) {
  if (before === after) return 'same';
  // The stored bases, which the planner wrote.
  const [was, is] = [before, after].map((one) => cache.basis(one) as unknown as KeptBasis | undefined);
  return was && is ? changesOf(cell, was, is) : [];
}

function printAttempt({ attempt, state, started, changes }: PastAttempt): void {
  console.log(`attempt ${attempt}, ${started}, ${state}`);
  if (changes === 'first') console.log('  the first attempt at this cell');
  else if (changes === 'same')
    console.log(
      '  same fingerprint as the attempt before it: that one had not ended well, was forced, or its result was lost',
    );
  else for (const { message } of changes) console.log(`  ${message}`);
}
