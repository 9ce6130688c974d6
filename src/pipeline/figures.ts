import { suggest } from '../suggest.ts';
import type { Expansion } from './expand/expansion.ts';
import type { Params } from './expand/params.ts';
import { type FigureShape, readFigure } from './parse/figure-shape.ts';
import type { Findings } from './parse/findings.ts';
import { settingOf } from './parse/fractions.ts';
import { describeValue } from './parse/readers.ts';
import type { PipelineShape } from './parse/shape.ts';
import type { Located } from './parse/table-shape.ts';
import type { FigureSpec, TableSpec } from './pipeline.ts';
import { ShownKeys } from './shown-keys.ts';
import { isStage, nameOf, valueStage } from './shown-values.ts';

/** Reads the figures, and checks their keys on the cells of their stages, as those of tables. */
export function readFigures(
  shape: PipelineShape,
  params: Params,
  expansion: Expansion,
  findings: Findings,
): FigureSpec[] {
  return Object.entries(shape.figures).flatMap(([name, raw]) => {
    const path = ['figures', name];
    const value = params.fill(raw, path, ['params']);
    const figure = value === undefined ? undefined : readFigure(name, value, path, findings);
    if (figure === undefined) return [];
    const context = { figure, expansion, findings, sweeps: Object.keys(shape.sweeps) };
    return SPECS[figure.plot](context) ?? [];
  });
}

interface Context {
  readonly figure: FigureShape;
  readonly expansion: Expansion;
  readonly findings: Findings;
  readonly sweeps: readonly string[];
}

/** Undefined after a mistake without which nothing more can be checked. */
const SPECS: Readonly<Record<FigureSpec['plot'], (context: Context) => FigureSpec | undefined>> = {
  line(context) {
    const { figure } = context;
    const x = only(figure.x, 'x', context);
    const shown = shownBy(figure.value, context);
    if (shown === undefined || x === undefined) return undefined;
    const rows = shown.keys.keys([x], 'x');
    const table = tableOf(shown, context, { rows, columns: acrossOf(shown, figure) });
    refuseWords(x, table, shown, context);
    return { ...onAxes(context), plot: 'line', table };
  },
  bars(context) {
    const { figure } = context;
    const shown = shownBy(figure.value, context);
    if (shown === undefined) return undefined;
    const rows = shown.keys.keys(figure.groups, 'groups');
    const table = tableOf(shown, context, { rows, columns: acrossOf(shown, figure) });
    return { ...onAxes(context), plot: 'bars', table };
  },
  scatter(context) {
    const { figure } = context;
    const [x, y] = (['x', 'y'] as const).map((axis) => {
      const value = only(figure[axis], axis, context);
      const shown = value && shownBy([value], context);
      if (shown === undefined) return undefined;
      const rows = [...acrossOf(shown, figure), ...shown.keys.keys(figure.points, 'points')];
      return tableOf(shown, context, { rows, columns: [] });
    });
    return x && y && { ...onAxes(context), plot: 'scatter', series: figure.series.length, x, y };
  },
  history(context) {
    const { figure } = context;
    const x = figure.x.length === 0 ? 'epoch' : only(figure.x, 'x', context)?.text;
    const values = figure.values.map(({ text }) => text);
    const stages = figure.of.flatMap((stage) => shownStage(stage, values, context) ?? []);
    if (x === undefined || stages.length < figure.of.length || stages.length === 0) return undefined;
    const tables = stages.map((shown) =>
      tableOf(shown, context, { rows: acrossOf(shown, figure), columns: [] }),
    );
    const formats = Object.fromEntries(values.map((one) => [one, figure.formats[one] ?? figure.format]));
    return { ...onAxes(context), plot: 'history', tables, x, formats };
  },
  images(context) {
    const { figure, findings } = context;
    const stage = only(figure.of, 'of', context);
    const shown = stage && shownStage(stage, ['images'], context);
    if (stage === undefined || shown === undefined) return undefined;
    const rows = shown.keys.keys(figure.rows, 'rows');
    const columns = shown.keys.keys(figure.panels, 'panels');
    const table = tableOf(shown, context, { rows, columns });
    const isWithout = shown.keys
      .cells(table.where ?? [])
      .some(({ parameters }) => parameters['keep-images'] === false);
    if (isWithout) {
      findings.error('no-images', { path: stage.path }, `stage '${stage.text}' does not keep its images`, {
        hint: `add keep-images: true to 'with' of '${stage.text}'`,
      });
    }
    const { examples, amplify } = figure;
    return { ...headOf(figure), plot: 'images', table, examples, amplify };
  },
  sweep(context) {
    const { figure, findings, sweeps } = context;
    const sweep = only(figure.sweep, 'sweep', context);
    if (sweep === undefined) return undefined;
    if (!sweeps.includes(sweep.text)) {
      findings.error('unknown-sweep', { path: sweep.path }, `there is no sweep '${sweep.text}'`, {
        hint: suggest(sweep.text, sweeps, 'sweeps'),
      });
    }
    return { ...headOf(figure), plot: 'sweep', sweep: sweep.text, format: figure.format };
  },
};

/** The values of a stage that a figure shows. */
interface Shown {
  readonly stage: string;
  readonly values: readonly string[];
  readonly keys: ShownKeys;
}

function shownBy(values: readonly Located[], { expansion, findings }: Context): Shown | undefined {
  const stage = valueStage(values, 'figure', expansion, findings);
  if (stage === undefined) return undefined;
  const keys = new ShownKeys(stage, expansion, findings);
  for (const value of values) keys.checkNeed(value);
  return { stage, values: values.map(nameOf), keys };
}

function shownStage(
  stage: Located,
  values: readonly string[],
  { expansion, findings }: Context,
): Shown | undefined {
  if (!isStage(stage, expansion, findings)) return undefined;
  return { stage: stage.text, values, keys: new ShownKeys(stage.text, expansion, findings) };
}

/** The table that has the numbers of a figure. */
function tableOf(
  { stage, values, keys }: Shown,
  { figure }: Context,
  { rows, columns }: Pick<TableSpec, 'rows' | 'columns'>,
): TableSpec {
  const { name, title, notes, labels, format } = figure;
  const conditions = { over: keys.keys(figure.over, 'over'), where: keys.where(figure.where) };
  const unused = { correlate: [], published: [], digits: 0 };
  return { name, title, notes, labels, format, stage, values, rows, columns, ...conditions, ...unused };
}

/** The keys that choose a panel, then those that choose a series. */
function acrossOf({ keys }: Shown, { panels, series }: FigureShape): string[] {
  return [...keys.keys(panels, 'panels'), ...keys.keys(series, 'series')];
}

function headOf({ name, title, notes, labels }: FigureShape) {
  return { name, title, notes, labels };
}

function onAxes({ figure }: Context) {
  return { ...headOf(figure), panels: figure.panels.length, band: figure.band, log: figure.log };
}

/** The one text of a key that takes no list; undefined if there is another number of them. */
function only(texts: readonly Located[], key: string, { findings }: Context): Located | undefined {
  const [first, second] = texts;
  if (second === undefined) return first;
  findings.error('wrong-type', { path: second.path }, `'${key}' of this plot takes one, not a list`);
  return undefined;
}

/** The x axis of lines needs numbers. */
function refuseWords(x: Located, { rows, where }: TableSpec, { keys }: Shown, { findings }: Context): void {
  const [key = ''] = rows;
  for (const cell of keys.cells(where ?? [])) {
    const value = settingOf(keys.valueOf(cell, key));
    if (value === undefined || typeof value === 'number') continue;
    const message = `'x' needs numbers, and ${x.text} of ${cell.id} is ${describeValue(value)}`;
    findings.error('bad-value', { path: x.path }, message, {
      hint: `leave such cells out by 'where', or draw bars: plot: bars, groups: ${x.text}`,
    });
    return;
  }
}
