import type { Json, Scalar } from '../json.ts';

declare const cellId: unique symbol;
/** The readable name of a cell: `student[method=mixacm,seed=2]`. */
export type CellId = string & { readonly [cellId]: true };

/** A loaded pipeline: references resolved, parameters checked and with defaults, matrices expanded. */
export interface Pipeline {
  readonly name: string;
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
  readonly tables: readonly TableSpec[];
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

/** A value that someone else published for a place of the table. */
export interface PublishedValue {
  readonly row: readonly Scalar[];
  readonly column: readonly Scalar[];
  /** In the unit of the printed table (percent if the format is percent). */
  readonly value: number;
  readonly source: string;
}
