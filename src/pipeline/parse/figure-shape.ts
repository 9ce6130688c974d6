import type { Json } from '../../json.ts';
import type { Band, FigureSpec } from '../pipeline.ts';
import type { Findings } from './findings.ts';
import { isMapping, Readers } from './readers.ts';
import type { Path } from './source.ts';
import { type Located, readLabels, readWhere, type WhereShape } from './table-shape.ts';

type Plot = FigureSpec['plot'];
type Format = 'percent' | 'number';

/** A figure with keys as written; its stages and fields are not yet checked. Keys that its plot does not have are empty. */
export interface FigureShape {
  readonly name: string;
  readonly path: Path;
  readonly plot: Plot;
  readonly title: string | undefined;
  readonly notes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly format: Format;
  /** Of single values, if `format` is a mapping. */
  readonly formats: Readonly<Record<string, Format>>;
  readonly value: readonly Located[];
  readonly values: readonly Located[];
  readonly x: readonly Located[];
  readonly y: readonly Located[];
  readonly of: readonly Located[];
  readonly sweep: readonly Located[];
  readonly rows: readonly Located[];
  readonly groups: readonly Located[];
  readonly series: readonly Located[];
  readonly points: readonly Located[];
  readonly panels: readonly Located[];
  readonly over: readonly Located[];
  readonly where: readonly WhereShape[];
  readonly band: Band;
  readonly log: readonly string[];
  /** The first so many, or these, counted from 0. */
  readonly examples: number | readonly number[];
  readonly amplify: number;
}

const common = ['plot', 'title', 'notes', 'labels'];
const onAxes = ['format', 'series', 'panels', 'over', 'where', 'band'];

/** The keys of each plot. Those that must be given have an example. */
const plots: Readonly<
  Record<Plot, { readonly must: Readonly<Record<string, string>>; readonly may: readonly string[] }>
> = {
  line: { must: { value: 'STAGE.NAME', x: 'KEY' }, may: [...onAxes, 'log'] },
  scatter: { must: { x: 'STAGE.NAME', y: 'STAGE.NAME' }, may: [...onAxes, 'points', 'log'] },
  bars: { must: { value: 'STAGE.NAME' }, may: [...onAxes, 'groups'] },
  history: { must: { of: 'STAGE', values: '[loss]' }, may: [...onAxes, 'x', 'log'] },
  images: { must: { of: 'STAGE' }, may: ['rows', 'panels', 'over', 'where', 'examples', 'amplify'] },
  sweep: { must: { sweep: 'NAME' }, may: ['format'] },
};
const names = Object.keys(plots) as Plot[];

/** Reads a figure in which references to params are already replaced; undefined if too much is missing. */
export function readFigure(
  name: string,
  value: Json,
  path: Path,
  findings: Findings,
): FigureShape | undefined {
  const read = new Readers(findings);
  const what = `figure '${name}'`;
  const given = read.mapping(value, path, what);
  if (!isMapping(value)) return undefined;
  const plot = read.oneOf(given.plot, names, [...path, 'plot']);
  if (given.plot === undefined) {
    findings.error('missing-key', { path, at: 'key' }, `${what} does not say what it plots`, {
      hint: `add plot: ${names.join(', ')}`,
    });
  }
  if (plot === undefined) return undefined;
  const { must, may } = plots[plot];
  const body = read.mapping(value, path, `${what} (plot: ${plot})`, [
    ...common,
    ...Object.keys(must),
    ...may,
  ]);
  for (const [key, example] of Object.entries(must)) {
    if (body[key] !== undefined && !(Array.isArray(body[key]) && body[key].length === 0)) continue;
    findings.error('missing-key', { path, at: 'key' }, `${what} has no '${key}'`, {
      hint: `add ${key}: ${example}`,
    });
  }
  const texts = (key: string) => read.texts(body[key], [...path, key], `'${key}' of ${what}`);
  return {
    name,
    path,
    plot,
    title: read.text(body.title, [...path, 'title'], `'title' of ${what}`),
    notes: texts('notes').map(({ text }) => text),
    labels: readLabels(read, body.labels, [...path, 'labels'], what),
    ...readFormat(read, body.format, plot, texts('values'), path),
    value: texts('value'),
    values: texts('values'),
    x: texts('x'),
    y: texts('y'),
    of: texts('of'),
    sweep: texts('sweep'),
    rows: texts('rows'),
    groups: texts('groups'),
    series: texts('series'),
    points: texts('points'),
    panels: texts('panels'),
    over: texts('over'),
    where: readWhere(read, body.where, [...path, 'where'], what),
    band: read.oneOf(body.band, ['std', 'sem', 'range', 'none'], [...path, 'band']) ?? 'std',
    log: texts('log').flatMap(({ text, path }) => {
      const axes = plot === 'history' ? ['x', ...texts('values').map((one) => one.text)] : ['x', 'y'];
      return read.oneOf(text, axes, path) ?? [];
    }),
    examples: readExamples(read, body.examples, [...path, 'examples']),
    amplify: readAmplify(read, body.amplify, [...path, 'amplify']),
  };
}

/** One format for all, or one for each value of a history: `{validation: percent}`. */
function readFormat(
  read: Readers,
  value: Json | undefined,
  plot: Plot,
  values: readonly Located[],
  figure: Path,
): Pick<FigureShape, 'format' | 'formats'> {
  const path = [...figure, 'format'];
  const formatOf = (one: Json | undefined, at: Path) =>
    read.oneOf(one, ['percent', 'number'], at) ?? 'number';
  if (plot !== 'history' || !isMapping(value)) return { format: formatOf(value, path), formats: {} };
  const known = values.map(({ text }) => text);
  const body = read.mapping(value, path, "'format'", known);
  return {
    format: 'number',
    formats: Object.fromEntries(
      Object.entries(body).map(([one, format]) => [one, formatOf(format, [...path, one])]),
    ),
  };
}

function readExamples(read: Readers, value: Json | undefined, path: Path): FigureShape['examples'] {
  if (!Array.isArray(value)) return read.whole(value, { least: 1, most: 100 }, path) ?? 4;
  const most = Number.MAX_SAFE_INTEGER;
  return value.flatMap((one, index) => read.whole(one, { least: 0, most }, [...path, index]) ?? []);
}

function readAmplify(read: Readers, value: Json | undefined, path: Path): number {
  if (typeof value === 'number' && value > 0) return value;
  if (value !== undefined) read.wrongType(path, "'amplify'", 'a number above 0', value);
  return 10;
}
