import type { Json, Scalar } from '../json.ts';

declare const cellId: unique symbol;
/** The readable name of a cell: `student[method=mixacm,seed=2]`. */
export type CellId = string & { readonly [cellId]: true };

/** A pipeline after parsing: references resolved, parameters checked and defaulted, matrices expanded. */
export interface Pipeline {
  readonly name: string;
  /** Path of its file, as the user gave it. */
  readonly file: string;
  readonly profile: string | undefined;
  /** Parameters that `--set` makes other than they are in the profile, sorted by key: `{epochs: 10, 'net.width': 4}`. */
  readonly set: Readonly<Record<string, Json>>;
  /** Names of all its profiles. */
  readonly profiles: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
  readonly stages: readonly Stage[];
  /** In an order in which each cell comes after those it needs. */
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
  /** Axes of its own matrix and of those it inherits from its needs, in the order of its name. */
  readonly axes: Readonly<Record<string, Scalar>>;
  /** Checked against the kind's schema, with defaults filled in. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** Parameters that were written as fractions, as they were written: `8/255`. Tables show these. */
  readonly written: Readonly<Record<string, string>>;
  readonly needs: Readonly<Record<string, CellId>>;
  readonly resources: Resources;
  /** Seconds; undefined where there is no limit. */
  readonly timeout: number | undefined;
  /** How often a failed attempt is tried again. */
  readonly retries: number;
}

export interface Resources {
  /** Slots, one for each thread. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Whole devices. */
  readonly gpu: number;
}

/** A table over the cells of one stage; keys such as `model.method` name a need, a stage or the stage itself, then an axis, a parameter or `stage`. */
export interface TableSpec {
  readonly name: string;
  readonly title: string | undefined;
  /** The stage whose values are shown. */
  readonly stage: string;
  /** Names in that stage's `values.json`; with several, each is a column of its own. */
  readonly values: readonly string[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Axes to aggregate over: mean, sample standard deviation, n. */
  readonly over: readonly string[];
  /** Values, of those shown, whose correlation with each other one over all cells is told. */
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
  /** In the units of the table as printed (percent where the format is percent). */
  readonly value: number;
  readonly source: string;
}
