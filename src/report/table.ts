import type { Json, Scalar } from '../json.ts';
import type { CellId } from '../pipeline/pipeline.ts';

/** What a table or a figure is called, and what it is of. */
export interface Head {
  readonly name: string;
  readonly title: string | undefined;
  /** The pipeline's name. */
  readonly pipeline: string;
  readonly profile: string | undefined;
  /** Parameters that `--set` changed from the profile. */
  readonly set: Readonly<Record<string, Json>>;
}

/** A table with its numbers, before it is printed. */
export interface Table extends Head {
  /** Names of the values shown; if there are several, the last part of each column is one of them. */
  readonly values: readonly string[];
  /** Keys that are aggregated over. */
  readonly over: readonly string[];
  readonly format: 'percent' | 'number';
  /** Digits after the point, in the units of the table as printed. */
  readonly digits: number;
  readonly rowKeys: readonly Key[];
  readonly columnKeys: readonly Key[];
  readonly rows: readonly Line[];
  readonly columns: readonly Line[];
  /** Row by row. */
  readonly entries: readonly (readonly Entry[])[];
  readonly notes: readonly string[];
  /** Warnings of cells, grouped by name. */
  readonly warnings: readonly TableWarning[];
  /** Sources of published values; a `mark` is a position in this list, counted from 1. */
  readonly sources: readonly string[];
  /** Published values for which the table has no row or column, in words. */
  readonly unplaced: readonly string[];
}

export interface TableWarning {
  readonly name: string;
  /** In the order of the pipeline. */
  readonly cells: readonly string[];
  /** The message of the first cell. */
  readonly message: string;
}

/** A key of the rows or columns, such as `student.method`, and the word to print for it. */
export interface Key {
  readonly key: string;
  readonly words: string;
}

/** A row or a column: a value for each key (undefined if the cells have none), and the words to print. */
export interface Line {
  readonly values: readonly (Scalar | undefined)[];
  readonly words: readonly string[];
}

/** The entry at a row and a column. Numbers are in the unit of the value: 0.873, not 87.3. */
export interface Entry {
  readonly mean: number | undefined;
  /** Sample standard deviation (n - 1); undefined below two cells. */
  readonly std: number | undefined;
  /** The smallest and the largest of the numbers; undefined below two cells. For figures: forms of tables do not show it. */
  readonly range: readonly [low: number, high: number] | undefined;
  /** Number of cells that have the value. */
  readonly n: number;
  /** Number of cells that belong to the entry, with or without a value. */
  readonly of: number;
  /** The cells that the number comes from, in the order of the pipeline. */
  readonly members: readonly Member[];
  readonly published: Comparison | undefined;
}

/** A cell of an entry, and its number; undefined if it has none. */
export interface Member {
  readonly cell: CellId;
  readonly number: number | undefined;
}

/** A published value beside ours, in the value's own unit. */
export interface Comparison {
  readonly value: number;
  /** Our value minus the published one; undefined if ours is missing. */
  readonly difference: number | undefined;
  readonly source: string;
  /** Number of its footnote. */
  readonly mark: number;
}
