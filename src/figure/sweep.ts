import { Failure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Pipeline, Sweep, SweepFigureSpec } from '../pipeline/pipeline.ts';
import { wordFor } from '../report/group-cells.ts';
import { gatherWarnings } from '../report/warnings.ts';
import type { Axis as Searched } from '../sweep/space.ts';
import { exactly, nothing } from './band.ts';
import type { Axis, Estimate, Point, PointPanel, PointSeries } from './figure.ts';
import type { FigureParts } from './parts.ts';
import type { FigureSources } from './sources.ts';

/** A sweep: what each trial scored at each rung, the best of the trials so far, and the score over each axis. */
export function sweepParts(spec: SweepFigureSpec, pipeline: Pipeline, sources: FigureSources): FigureParts {
  const sweep = pipeline.sweeps.find(({ name }) => name === spec.sweep);
  if (sweep === undefined) throw new Failure('unknown-sweep', `There is no sweep ${spec.sweep}.`);
  const { objective, search, points, choice } = sweep;
  const scores = sources.scores(sweep);
  const label = (words: string) => wordFor(undefined, words, spec);
  const y: Axis = {
    words: label(`${objective.stage}.${objective.value}`),
    format: spec.format,
    scale: 'linear',
  };
  const rungs = rungsOf(sweep, scores);
  const chosen = sources.values(choice)?.trial;
  const order = search.direction === 'maximise' ? 'highest' : 'lowest';
  const seeds = Math.max(0, ...sweep.scored.flat().map((cells) => cells.length));
  const diverged = points.flatMap((_, trial) =>
    scores.some((row) => row[trial] === 'diverged') ? [trial] : [],
  );
  return {
    panels: [
      ...(sweep.rungs ? [overRungs(sweep, rungs, chosen, { y, words: label(sweep.rungs.name) })] : []),
      bestSoFar(sweep, rungs, { y, words: label('trial') }),
      ...sweep.axes.map((axis) => overAxis(axis, sweep, { rungs, chosen }, { y, words: label(axis.name) })),
    ],
    notes: [
      ...spec.notes,
      `Each score is ${seeds > 1 ? `the mean of ${seeds} cells` : 'that of one cell'} (n = ${seeds}); the ${order} is the best.`,
      ...(chosen === undefined ? [] : [`Chosen: trial ${chosen} of ${points.length}.`]),
      ...(diverged.length === 0 ? [] : [`Not shown, because they diverged: trials ${diverged.join(', ')}.`]),
    ],
    warnings: gatherWarnings([choice], sources.warnings),
  };
}

/** The scores at a rung, by trial. */
interface Rung {
  /** For the legend: `epochs = 9`. Empty if there is only one rung. */
  readonly words: string;
  readonly stop: number;
  readonly scores: readonly Estimate[];
}

interface PanelAxes {
  readonly y: Axis;
  /** Of the x axis. */
  readonly words: string;
}

function rungsOf(sweep: Sweep, scores: ReturnType<FigureSources['scores']>): Rung[] {
  const { rungs, scored } = sweep;
  return scores.map((row, rung) => {
    const stop = rungs?.stops[rung] ?? 0;
    return {
      words: rungs ? `${rungs.name} = ${stop}` : '',
      stop,
      scores: row.map((score, trial) =>
        typeof score === 'number' ? { ...exactly(score), n: scored[rung]?.[trial]?.length ?? 0 } : nothing,
      ),
    };
  });
}

/** One line for each trial, all of one series, with a gap after each; and that of the chosen one. */
function overRungs(
  { points }: Sweep,
  rungs: readonly Rung[],
  chosen: number | undefined,
  { y, words }: PanelAxes,
): PointPanel {
  const lineOf = (trial: number): Point[] =>
    rungs.flatMap(({ stop, scores }) => {
      const score = scores[trial];
      return score?.value === undefined ? [] : [{ x: exactly(stop), y: score }];
    });
  const gap: Point = { x: nothing, y: nothing };
  const all = points.flatMap((_, trial) => [...(trial > 0 ? [gap] : []), ...lineOf(trial)]);
  const series: PointSeries[] = [{ words: 'all trials', joined: true, spread: 'bars', points: all }];
  if (chosen !== undefined)
    series.push({ words: 'chosen', joined: true, spread: 'bars', points: lineOf(chosen) });
  const ticks = rungs.map(({ stop }) => ({ value: stop, words: String(stop) }));
  return { plot: 'points', title: undefined, x: { ...numbers(words), ticks }, y, series };
}

/** For each trial, the best score of the trials up to it. */
function bestSoFar({ search }: Sweep, rungs: readonly Rung[], { y, words }: PanelAxes): PointPanel {
  const isBetter = (a: number, b: number) => (search.direction === 'maximise' ? a > b : a < b);
  const series = rungs.map((rung): PointSeries => {
    let best: Estimate = nothing;
    const points = rung.scores.map((score, trial) => {
      const { value } = score;
      if (value !== undefined && (best.value === undefined || isBetter(value, best.value))) best = score;
      return { x: exactly(trial), y: best };
    });
    return { words: rung.words, joined: true, spread: 'bars', points };
  });
  return { plot: 'points', title: 'best so far', x: numbers(words), y, series };
}

/** The score at each rung over one axis of the space. */
function overAxis(
  axis: Searched,
  { points }: Sweep,
  { rungs, chosen }: { readonly rungs: readonly Rung[]; readonly chosen: number | undefined },
  { y, words }: PanelAxes,
): PointPanel {
  const { placeOf, ...rest } = scaleOf(axis);
  const series = rungs.map((rung): PointSeries => {
    const shown = points.flatMap((point, trial): Point[] => {
      const [value, score] = [point[axis.name], rung.scores[trial]];
      const x = value === undefined ? undefined : placeOf(value);
      if (x === undefined || score?.value === undefined) return [];
      const isEnd = trial === chosen && rung === rungs.at(-1);
      // Labels of all trials would hide the points; `retable sweep` lists them.
      return [{ x: exactly(x), y: score, ...(isEnd && { words: `trial ${trial}` }) }];
    });
    return { words: rung.words, joined: false, spread: 'bars', points: shown };
  });
  return { plot: 'points', title: undefined, x: { ...numbers(words), ...rest }, y, series };
}

/** The scale of an axis, and where values are on it: values that are not all numbers are numbered, from 1. */
function scaleOf({ range }: Searched): Partial<Axis> & { placeOf(value: Json): number | undefined } {
  const asNumber = (value: Json) => (typeof value === 'number' ? value : undefined);
  if (range.type !== 'choice') {
    const isLog = range.type === 'log' || (range.type === 'int' && range.log === true);
    return { scale: isLog ? 'log' : 'linear', placeOf: asNumber };
  }
  const { values } = range;
  if (values.every((value) => typeof value === 'number')) return { placeOf: asNumber };
  const texts = values.map((value) => JSON.stringify(value));
  const ticks = values.map((value, index) => ({ value: index + 1, words: String(value) }));
  return { ticks, placeOf: (value) => texts.indexOf(JSON.stringify(value)) + 1 || undefined };
}

function numbers(words: string): Axis {
  return { words, format: 'number', scale: 'linear' };
}
