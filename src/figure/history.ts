import { Failure } from '../failure.ts';
import type { Cell, CellId, HistorySpec, Pipeline, TableSpec } from '../pipeline/pipeline.ts';
import { choiceNotes, choicesOf } from '../report/choices.ts';
import { groupCells, idOf, named } from '../report/group-cells.ts';
import { measuredNote } from '../report/measured-note.ts';
import { rangeOf, summarise } from '../report/statistics.ts';
import type { Line } from '../report/table.ts';
import { gatherWarnings } from '../report/warnings.ts';
import { splitLines } from './across.ts';
import { fitAxis } from './axis.ts';
import { bandNotes, estimateOf, exactly } from './band.ts';
import type { Estimate, PointPanel } from './figure.ts';
import type { FigureParts } from './parts.ts';
import { type Records, recordsOf } from './records.ts';
import type { FigureSources } from './sources.ts';
import { valueWords } from './value-words.ts';

/** The cells of a series, which may be of any of the stages. */
interface Curve {
  readonly line: Line;
  readonly cells: readonly Cell[];
}

/** What a cell recorded: for each value of the x axis, the numbers by name. */
type Recorded = ReadonlyMap<number, ReadonlyMap<string, number>>;

/** Curves of what cells recorded, such as the epochs of trainings: one panel for each value. */
export function historyParts(spec: HistorySpec, pipeline: Pipeline, sources: FigureSources): FigureParts {
  const { tables, band, panels, log } = spec;
  const curves = curvesOf(spec, pipeline);
  const cells = curves.flatMap((curve) => curve.cells);
  const records = new Map(cells.map(({ id }) => [id, recordsOf(id, sources)]));
  const measured = [...new Set([...records.values()].flatMap((one) => one.measured))];
  const recorded = new Map([...records].map(([id, one]) => [id, recordedIn(one, { id, spec, measured })]));
  const [first] = tables;
  if (first === undefined) throw new Error('a history shows at least one stage');
  const keys = first.rows.map((key) => named(key, first));
  const split = splitLines(
    curves.map(({ line }) => line),
    keys,
    { panels, series: keys.length - panels },
  );
  const curveOf = new Map(curves.map((curve) => [idOf(curve.line), curve]));
  const shown: PointPanel[] = [];
  const notes: string[] = [];
  const all: Estimate[] = [];
  const xWords = valueWords({ ...first, values: [spec.x] });
  for (const value of first.values) {
    const pointsOf = ([line]: readonly Line[]) =>
      pointsAt(value, (line && curveOf.get(idOf(line))?.cells) ?? [], recorded).map(({ x, ...numbers }) => ({
        x: exactly(x),
        y: estimateOf(numbers, band),
      }));
    const points = split.flatMap((panel) => panel.series.flatMap(({ lines }) => pointsOf(lines)));
    const words = valueWords({ ...first, values: [value] });
    const xs = points.map(({ x }) => x);
    const ys = points.map(({ y }) => y);
    const x = fitAxis({ words: xWords, format: 'number' }, 'x', log, xs);
    const y = fitAxis({ words, format: spec.formats[value] ?? 'number' }, value, log, ys);
    notes.push(...x.notes, ...y.notes);
    all.push(...ys);
    for (const panel of split) {
      const series = panel.series.map((one) => ({
        words: one.words,
        joined: true,
        spread: 'band' as const,
        points: pointsOf(one.lines),
      }));
      shown.push({ plot: 'points', title: panel.title, x: x.axis, y: y.axis, series });
    }
  }
  const sweeps = choicesOf(cells, pipeline);
  return {
    panels: shown,
    notes: [
      ...spec.notes,
      ...choiceNotes(sweeps),
      ...bandNotes(all, { band, over: overOf(tables), shown: 'Bands' }),
      ...new Set(notes),
      ...measuredNote(measured.filter((name) => first.values.includes(name) || name === spec.x)),
      ...withoutRecords(cells, recorded),
    ],
    warnings: gatherWarnings(
      [...cells.map(({ id }) => id), ...sweeps.map(({ choice }) => choice)],
      sources.warnings,
    ),
  };
}

/** The keys of the mean; those of several stages without their stages. */
function overOf(tables: readonly TableSpec[]): string[] {
  const keys = tables.flatMap(({ over }) => over);
  return [...new Set(tables.length > 1 ? keys.map((key) => key.slice(key.indexOf('.') + 1)) : keys)];
}

/** @throws Failure `ambiguous-table` if a curve has cells of two stages, or that differ in more than the keys of `over` */
function curvesOf({ name, tables }: HistorySpec, pipeline: Pipeline): Curve[] {
  const curves = new Map<string, Curve>();
  for (const table of tables) {
    const { rows, columns, at } = groupCells(table, pipeline);
    for (const line of rows) {
      const cells = columns[0] ? (at(line, columns[0])?.cells ?? []) : [];
      const before = curves.get(idOf(line));
      const [other, mine] = [before?.cells[0], cells[0]];
      if (other && mine) {
        throw new Failure(
          'ambiguous-table',
          `Figure "${name}" has cells of two stages in one curve: ${other.id} and ${mine.id}.`,
          { hint: 'Add "stage" to `series` or `panels` of the figure.' },
        );
      }
      curves.set(idOf(line), { line, cells });
    }
  }
  return [...curves.values()];
}

/**
 * @param of `measured`: what was measured of records of any cell. Measurements of the others may be missing, for example if
 * an attempt that was interrupted recorded them.
 * @throws Failure `unknown-value` if the cell has records, but none with one of the names of the figure
 */
function recordedIn(
  { records }: Records,
  { id, spec, measured }: { id: CellId; spec: HistorySpec; measured: readonly string[] },
): Recorded {
  const { x, tables } = spec;
  const known = [...new Set([...records.flatMap(Object.keys), ...measured])];
  const wrong = [x, ...(tables[0]?.values ?? [])].find((name) => !known.includes(name));
  if (records.length > 0 && wrong !== undefined) {
    throw new Failure('unknown-value', `${id} has no record of "${wrong}".`, {
      hint: `It records: ${known.join(', ')}.`,
      details: { cell: id, value: wrong },
    });
  }
  const recorded = new Map<number, ReadonlyMap<string, number>>();
  for (const record of records) {
    const at = record[x];
    const numbers = Object.entries(record).filter(
      (one): one is [string, number] => typeof one[1] === 'number',
    );
    if (typeof at === 'number') recorded.set(at, new Map(numbers));
  }
  return recorded;
}

/** Mean, deviation and range of the cells that recorded a value, at each x. */
function pointsAt(value: string, cells: readonly Cell[], recorded: ReadonlyMap<CellId, Recorded>) {
  const own = cells.flatMap(({ id }) => recorded.get(id) ?? []);
  const places = [...new Set(own.flatMap((one) => [...one.keys()]))].sort((a, b) => a - b);
  return places.map((x) => {
    const numbers = own.flatMap((one) => one.get(x)?.get(value) ?? []);
    return { x, ...summarise(numbers), range: rangeOf(numbers) };
  });
}

function withoutRecords(cells: readonly Cell[], recorded: ReadonlyMap<CellId, Recorded>): string[] {
  const without = cells.filter(({ id }) => (recorded.get(id)?.size ?? 0) === 0).length;
  if (without === 0) return [];
  return [
    `Cells without records here: ${without} of ${cells.length}. They have not run yet, failed, or record nothing.`,
  ];
}
