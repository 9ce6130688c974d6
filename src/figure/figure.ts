import type { Head, TableWarning } from '../report/table.ts';

/** A figure with its numbers, before it is drawn. Numbers are in the unit of the value: 0.873, not 87.3. */
export interface Figure extends Head {
  /** Side by side. Series of the same name look alike in all of them. */
  readonly panels: readonly Panel[];
  /** What a reader must know: what bands mean, n, what is missing. One sentence each. */
  readonly notes: readonly string[];
  /** Warnings of the cells that are shown, grouped by name. */
  readonly warnings: readonly TableWarning[];
}

export type Panel = PointPanel | BarPanel | ImagePanel;

/** Points, joined by lines or not: accuracy over epsilon, clean against robust accuracy, curves of a training. */
export interface PointPanel {
  readonly plot: 'points';
  readonly title: string | undefined;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly PointSeries[];
}

export interface PointSeries {
  /** For the legend; empty if there is only one series. */
  readonly words: string;
  /** Whether lines join the points. A point without a number interrupts the line. */
  readonly joined: boolean;
  /** How intervals are drawn: as a band along the line, or as bars at the points. */
  readonly spread: 'band' | 'bars';
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: Estimate;
  readonly y: Estimate;
  /** What the point stands for, if the axes do not say it. */
  readonly words?: string;
}

/** A number with its interval. */
export interface Estimate {
  /** Undefined if no cell has the value yet. */
  readonly value: number | undefined;
  /** Undefined if there is no interval, for example because n is 1. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** Number of cells that have the value; 0 for what is no value of cells, such as epsilon. */
  readonly n: number;
}

export interface BarPanel {
  readonly plot: 'bars';
  readonly title: string | undefined;
  readonly y: Axis;
  /** Words below each group of bars. */
  readonly groups: readonly string[];
  readonly series: readonly { readonly words: string; readonly bars: readonly Estimate[] }[];
}

export interface Axis {
  /** What it shows: `accuracy`. The unit is added when it is drawn. */
  readonly words: string;
  readonly format: 'percent' | 'number';
  readonly scale: 'linear' | 'log';
  /** Values with the words to print for them, if not every number has a place: `8/255`. */
  readonly ticks?: readonly { readonly value: number; readonly words: string }[];
}

/** Rows of images, such as a clean image, its adversarial one, and the difference. */
export interface ImagePanel {
  readonly plot: 'images';
  readonly title: string | undefined;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly words: string; readonly images: readonly (Picture | undefined)[] }[];
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Three bytes for each pixel, row by row. */
  readonly rgb: Uint8Array;
  /** Printed below it, such as the answer of the model. */
  readonly words: string;
}
