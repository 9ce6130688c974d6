import { EventEmitter, once } from 'node:events';
import { asFailure } from '../failure.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';
import { CellRunner } from './cell-runner.ts';
import type { RunSummary } from './events.ts';
import type { Outcome } from './outcome.ts';
import { Pinning } from './pinning.ts';
import type { RunOptions } from './run-options.ts';

/** How often this process tells others that it is alive, in milliseconds. */
const HEARTBEAT_MS = 10_000;

/**
 * Runs all cells that are not cached, each as soon as its inputs are ready. The planner decides about a cell when the
 * inputs of the cell are known. So if an input is made again and is the same as before, the cells that need it stay
 * cached.
 */
export async function run(options: RunOptions): Promise<RunSummary> {
  const { emit } = options;
  const began = performance.now();
  const heart = setInterval(() => beat(options), HEARTBEAT_MS);
  const pinning = new Pinning(options.cache, options.cells);
  try {
    const runner = new CellRunner(options);
    const outcomes = await settle(runner, options, pinning);
    remember(options, outcomes);
    const summary = { ...counts([...outcomes.values()]), seconds: (performance.now() - began) / 1000 };
    emit({ event: 'run-finished', ...summary });
    return summary;
  } finally {
    clearInterval(heart);
    pinning.end();
  }
}

/** If the run cannot be recorded, for example on a full disk, its results are still valid. */
function remember(
  { cache, cells, emit, pipeline, settings }: RunOptions,
  outcomes: ReadonlyMap<CellId, Outcome>,
): void {
  const { name, profile = '' } = pipeline;
  try {
    cache.recordRun({
      pipeline: name,
      profile,
      settings,
      cells: cells.flatMap(({ id }) => served(id, outcomes.get(id))),
    });
  } catch (error) {
    emit({ event: 'notice', message: `the run could not be noted: ${asFailure(error).message}` });
  }
}

/** A failed heartbeat, for example on a full disk, must not end the run. The next one may succeed. */
function beat({ cache, emit }: RunOptions): void {
  try {
    cache.heartbeat();
  } catch (error) {
    emit({ event: 'notice', message: `the leases could not be renewed: ${asFailure(error).message}` });
  }
}

async function settle(
  runner: CellRunner,
  { cells }: RunOptions,
  pinning: Pinning,
): Promise<Map<CellId, Outcome>> {
  const outcomes = new Map<CellId, Promise<Outcome>>();
  const settled = new Map<CellId, Outcome>();
  const ends = new EventEmitter().setMaxListeners(0);
  for (const cell of cells) {
    const needs = Promise.all(Object.values(cell.needs).map((id) => outcomes.get(id)));
    const outcome = needs.then(() => untilDecided(cell)).then(() => runner.bring(cell, settled));
    outcomes.set(
      cell.id,
      outcome.then((known) => {
        settled.set(cell.id, known);
        ends.emit('end');
        if (known.artifact) pinning.add(cell.id, known.artifact);
        return known;
      }),
    );
  }
  await Promise.all(outcomes.values());
  return settled;

  /** Waits until a search knows enough to decide about a cell, or can learn no more. */
  async function untilDecided(cell: Cell): Promise<void> {
    const mayLearn = () => cell.after?.some((id) => !settled.has(id));
    while (runner.isOpen(cell) && mayLearn()) await once(ends, 'end');
  }
}

function served(cell: CellId, outcome: Outcome | undefined) {
  return outcome?.fingerprint ? [{ cell, fingerprint: outcome.fingerprint, state: outcome.state }] : [];
}

function counts(outcomes: readonly Outcome[]): Omit<RunSummary, 'seconds'> {
  const count = (state: Outcome['state']) => outcomes.filter((outcome) => outcome.state === state).length;
  return {
    executed: count('executed'),
    cached: count('cached'),
    failed: count('failed'),
    skipped: count('skipped'),
    leftOut: count('left-out') + count('diverged'),
  };
}
