import { Failure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { CellId, Pipeline, Sweep } from '../pipeline/pipeline.ts';
import { planCells } from '../plan/plan.ts';
import type { PlannedCell } from '../plan/planner.ts';
import { inColumns } from '../report/columns.ts';
import { csvOf } from '../report/csv.ts';
import { printed } from '../report/numbers.ts';
import { didYouMean } from '../suggest.ts';
import type { Score } from '../sweep/search.ts';
import type { Point } from '../sweep/space.ts';
import { EXIT } from './outcome.ts';
import { sweepScores } from './sweep-scores.ts';
import { type OpenPipeline, openPipeline, type PipelineFlags } from './workspace.ts';

/** Where a trial is: at a rung that runs or will run, or at its end. */
type State = 'chosen' | 'finished' | 'stopped' | 'diverged' | 'failed' | 'running' | 'waiting';

interface TrialRow {
  readonly trial: number;
  readonly point: Point;
  /** At each rung that it reached. */
  readonly scores: readonly Score[];
  readonly state: State;
}

/** `retable sweep`: the trials of a sweep, with their values, what they reached at each rung, and the choice. */
export async function sweepCommand(
  pipelineName: string | undefined,
  name: string | undefined,
  given: PipelineFlags,
): Promise<number> {
  const opened = await openPipeline(pipelineName, given);
  const sweep = findSweep(opened.pipeline, name);
  const plans = await planCells(opened.known, opened.pipeline.cells);
  const trials = trialsOf(opened, sweep, plans);
  opened.cache.close();
  const { objective, search, rungs } = sweep;
  const format = given.json ? 'json' : (given.format ?? 'text');
  if (format === 'json') {
    const choice = trials.find(({ state }) => state === 'chosen')?.trial ?? null;
    const value = `${objective.stage}.${objective.value}`;
    console.log(
      JSON.stringify({ sweep: sweep.name, value, ...search, rungs: rungs?.stops ?? null, choice, trials }),
    );
  } else if (format === 'csv') process.stdout.write(csvOf(rowsOf(sweep, trials, cell)));
  else console.log(textOf(sweep, trials));
  return EXIT.done;
}

function findSweep({ name: pipeline, sweeps }: Pipeline, name: string | undefined): Sweep {
  const [only, ...others] = sweeps;
  if (name === undefined && only !== undefined && others.length === 0) return only;
  const names = sweeps.map((sweep) => sweep.name);
  const found = sweeps.find((sweep) => sweep.name === name);
  if (found) return found;
  const near = name === undefined ? undefined : didYouMean(name, names);
  const message =
    name === undefined ? `${pipeline} has ${sweeps.length} sweeps.` : `${pipeline} has no sweep ${name}.`;
  throw new Failure('unknown-sweep', message, {
    hint: `${near ? `${near} ` : ''}Sweeps: ${names.join(', ') || 'none'}.`,
  });
}

function trialsOf(
  { cache, pipeline, known }: OpenPipeline,
  sweep: Sweep,
  plans: readonly PlannedCell[],
): TrialRow[] {
  const planned = new Map(plans.map((plan) => [plan.cell.id, plan]));
  const { scores, decisions } = sweepScores(known, plans)(sweep);
  const choice = planned.get(sweep.choice)?.values?.trial;
  const lastAttempt = (id: CellId) => cache.attemptsOf(id, pipeline.name)[0]?.state;
  const attemptsAt = (rung: number, trial: number) =>
    pipeline.cells
      .filter(
        (cell) => cell.trial?.sweep === sweep.name && cell.trial.rung === rung && cell.trial.trial === trial,
      )
      .map(({ id }) => lastAttempt(id));
  return sweep.points.map((point, trial) => {
    const reached = scores.flatMap((row, rung) => (decisions[rung]?.[trial] === 'runs' ? [row[trial]] : []));
    const rung = reached.length - 1;
    return { trial, point, scores: reached, state: stateOf() };

    function stateOf(): State {
      if (trial === choice) return 'chosen';
      if (reached.at(-1) === 'diverged') return 'diverged';
      if (reached.at(-1) === undefined) {
        const attempts = attemptsAt(rung, trial);
        if (attempts.includes('failed') || attempts.includes('timeout')) return 'failed';
        return attempts.includes('running') ? 'running' : 'waiting';
      }
      if (decisions[rung + 1]?.[trial] === 'left-out') return 'stopped';
      return rung === sweep.search.rungs - 1 ? 'finished' : 'waiting';
    }
  });
}

function textOf(sweep: Sweep, trials: readonly TrialRow[]): string {
  const { name, objective, search, rungs } = sweep;
  const rule = rungs === undefined ? '' : `, ${search.rule} at ${rungs.name} ${rungs.stops.join(', ')}`;
  const headline = `${name}: ${search.direction} ${objective.stage}.${objective.value}, ${trials.length} trials${rule}`;
  const rows = rowsOf(sweep, trials, (value) =>
    typeof value === 'number' && !Number.isInteger(value) ? printed(value, 4) : cell(value),
  );
  return [headline, '', ...inColumns(rows, 1)].join('\n');
}

function rowsOf(
  { axes, rungs, objective }: Sweep,
  trials: readonly TrialRow[],
  shown: (value: Json | undefined) => string,
): string[][] {
  const names = axes.map((axis) => axis.name);
  const stops = rungs?.stops.map((stop) => `${rungs.name} ${stop}`) ?? [objective.value];
  return [
    ['trial', ...names, ...stops, 'state'],
    ...trials.map(({ trial, point, scores, state }) => [
      String(trial),
      ...names.map((axis) => cell(point[axis])),
      ...stops.map((_, rung) => shown(scores[rung])),
      state,
    ]),
  ];
}

function cell(value: Json | undefined): string {
  return value === undefined || value === null ? '' : String(value);
}
