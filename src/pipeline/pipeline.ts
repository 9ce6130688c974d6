import type { Json, Scalar } from '../json.ts';
import type { Search } from '../sweep/search.ts';
import type { Axis, Point } from '../sweep/space.ts';

declare const cellId: unique symbol;
/** The readable name of a cell: `student[method=mixacm,seed=2]`. */
export type CellId = string & { readonly [cellId]: true };

/** A loaded pipeline: references resolved, parameters checked and with defaults, matrices expanded. */
export interface Pipeline {
  readonly name: string;
  readonly description: string | undefined;
  /** Path of its file, as the user gave it. */
  readonly file: string;
  readonly profile: string | undefined;
  /** Parameters that `--set` changed from the profile, sorted by key: `{epochs: 10, 'net.width': 4}`. */
  readonly set: Readonly<Record<string, Json>>;
  /** Names of all its profiles. */
  readonly profiles: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
  readonly stages: readonly Stage[];
  /** Ordered so that each cell comes after those that it needs. */
  readonly cells: readonly Cell[];
  readonly sweeps: readonly Sweep[];
  readonly tables: readonly TableSpec[];
  readonly figures: readonly FigureSpec[];
}

export interface Stage {
  readonly name: string;
  readonly kind: string;
}

/** One point of a stage's matrix: the unit that is planned, run and cached. */
export interface Cell {
  readonly id: CellId;
  readonly stage: string;
  readonly kind: string;
  /** Axes of its own matrix and inherited axes, in the order of its name. */
  readonly axes: Readonly<Record<string, Scalar>>;
  /** Checked against the kind's schema, with defaults. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** Parameters that are fractions, as they were written: `8/255`. Tables show these. */
  readonly written: Readonly<Record<string, string>>;
  readonly needs: Readonly<Record<string, CellId>>;
  readonly resources: Resources;
  /** Seconds; undefined: no limit. */
  readonly timeout: number | undefined;
  /** How often a failed attempt is repeated. */
  readonly retries: number;
  /** Set if it is a trial of a sweep. It runs only if the search decides so. */
  readonly trial?: Trial;
  /**
   * Set if parameters or needs of it are chosen by a sweep. `parameters` has the others; in `needs`, trial 0 stands for
   * the chosen one.
   */
  readonly chosen?: Chosen;
  /** The name of a sweep, for the cell that stores its choice. Its parameters are known when the search has ended. */
  readonly selects?: string;
  /** Cells that the search or the choice waits for, and that are no inputs. */
  readonly after?: readonly CellId[];
}

/** A trial of a sweep at one of its rungs, both counted from 0. */
export interface Trial {
  readonly sweep: string;
  readonly trial: number;
  readonly rung: number;
}

/** Parameters and needs that depend on which trial a sweep chooses. */
export interface Chosen {
  readonly sweep: string;
  /** All parameters and needs of the cell, for each trial that may be chosen. */
  readonly byTrial: readonly Pick<Cell, 'parameters' | 'written' | 'needs'>[];
}

export interface Rungs {
  readonly name: string;
  /** Its value at each rung. */
  readonly stops: readonly number[];
  /** Whether a trial goes on from where it stopped at the rung before. Otherwise each rung begins anew. */
  readonly continued: boolean;
}

/** A search for the best values of hyperparameters. Its trials are cells of a stage. */
export interface Sweep {
  readonly name: string;
  /** The stage whose cells are the trials. */
  readonly stage: string;
  readonly axes: readonly Axis[];
  /** The values of each trial. */
  readonly points: readonly Point[];
  /** The parameter that grows from rung to rung, with its values; undefined if there is only one rung. */
  readonly rungs: Rungs | undefined;
  readonly search: Search;
  /** The value that decides: that of a stage, as a mean over the cells of a trial. */
  readonly objective: { readonly stage: string; readonly value: string };
  /** The cells that have this value, by rung and trial. */
  readonly scored: readonly (readonly (readonly CellId[])[])[];
  /** The cell that stores the choice. */
  readonly choice: CellId;
}

export interface Resources {
  /** Cores, and so threads. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Number of devices. */
  readonly gpu: number;
}

/**
 * A table of the cells of one stage. Keys such as `model.method` consist of a need, a stage or the stage itself, and
 * an axis, a parameter or `stage`.
 */
export interface TableSpec {
  readonly name: string;
  readonly title: string | undefined;
  /** The stage whose values are shown. */
  readonly stage: string;
  /** Only cells in which each of these keys has one of the values are shown. Default: all cells. */
  readonly where?: readonly Where[];
  /** Names in that stage's `values.json`; several are shown in one column each. */
  readonly values: readonly string[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Axes over which to compute mean, sample standard deviation and n. */
  readonly over: readonly string[];
  /** Shown values whose correlation with each other value, over all cells, is printed. */
  readonly correlate: readonly string[];
  /** Words to print for values of axes. */
  readonly labels: Readonly<Record<string, string>>;
  /** `percent` shows 0.873 as 87.3. */
  readonly format: 'percent' | 'number';
  readonly digits: number;
  readonly notes: readonly string[];
  /** Published values to compare with: `references` of the YAML. */
  readonly published: readonly PublishedValue[];
}

/** A condition on cells: the key has one of the values. */
export interface Where {
  readonly key: string;
  readonly values: readonly Scalar[];
}

/** A value that someone else published for a place of the table. */
export interface PublishedValue {
  readonly row: readonly Scalar[];
  readonly column: readonly Scalar[];
  /** In the unit of the printed table (percent if the format is percent). */
  readonly value: number;
  readonly source: string;
}

/** What a figure shows. Its numbers are those of tables, with the same keys, so that both say the same. */
export type FigureSpec = LineSpec | BarsSpec | ScatterSpec | HistorySpec | ImagesSpec | SweepFigureSpec;

interface FigureHead {
  readonly name: string;
  readonly title: string | undefined;
  readonly notes: readonly string[];
  /** Words to print for values of axes, keys and values. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The interval around a mean: sample standard deviation, standard error, or smallest and largest value. */
export type Band = 'std' | 'sem' | 'range' | 'none';

interface OnAxes extends FigureHead {
  /** How many of the keys of columns (of rows, in a scatter or a history) choose a panel. The next ones choose a series. */
  readonly panels: number;
  readonly band: Band;
  /** The axes that are logarithmic: `x`, `y`; in a history, `x` and names of values. */
  readonly log: readonly string[];
}

export interface LineSpec extends OnAxes {
  readonly plot: 'line';
  /** Its only row key is the x axis. */
  readonly table: TableSpec;
}

export interface BarsSpec extends OnAxes {
  readonly plot: 'bars';
  /** Its rows are groups of bars. */
  readonly table: TableSpec;
}

export interface ScatterSpec extends OnAxes {
  readonly plot: 'scatter';
  /** How many of the row keys choose a series. The rest tells its points apart. */
  readonly series: number;
  /** Two tables with the same rows and one column. */
  readonly x: TableSpec;
  readonly y: TableSpec;
}

export interface HistorySpec extends OnAxes {
  readonly plot: 'history';
  /** One for each stage. Their values are names in `records.jsonl`, and their rows are series. */
  readonly tables: readonly TableSpec[];
  /** The name of the x axis in the records: `epoch`. */
  readonly x: string;
  /** Of each value. */
  readonly formats: Readonly<Record<string, 'percent' | 'number'>>;
}

export interface ImagesSpec extends FigureHead {
  readonly plot: 'images';
  /** Its columns are panels. */
  readonly table: TableSpec;
  /** The first so many examples, or these, counted from 0. */
  readonly examples: number | readonly number[];
  /** The factor by which differences are shown larger. */
  readonly amplify: number;
}

export interface SweepFigureSpec extends FigureHead {
  readonly plot: 'sweep';
  readonly sweep: string;
  readonly format: 'percent' | 'number';
}
