import type { Picture } from '../figure.ts';

/**
 * A figure as marks on a white page, before it is written in some form. All lengths are in points (1/72 inch); x goes
 * right and y goes down. Later marks cover earlier ones.
 */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** For readers who do not see the drawing. */
  readonly title: string;
  readonly description: string;
  readonly marks: readonly Mark[];
}

export type Mark = Path | Circle | Text | Raster;

export type Place = readonly [x: number, y: number];

/** Straight lines through places. */
export interface Path {
  readonly mark: 'path';
  readonly places: readonly Place[];
  readonly closed: boolean;
  readonly line?: Line;
  readonly fill?: Fill;
}

export interface Circle {
  readonly mark: 'circle';
  readonly centre: Place;
  readonly radius: number;
  readonly line?: Line;
  readonly fill?: Fill;
}

/** One line of text, made of characters that every form can contain (see `clean`). */
export interface Text {
  readonly mark: 'text';
  /** The start, middle or end of the baseline. */
  readonly at: Place;
  readonly words: string;
  readonly size: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly colour: string;
  /** Whether it reads upwards. */
  readonly upwards: boolean;
}

/** An image, whose pixels stay squares. */
export interface Raster {
  readonly mark: 'raster';
  readonly box: Box;
  readonly picture: Picture;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  /** `#rrggbb` */
  readonly colour: string;
  readonly width: number;
  /** Lengths of dashes and gaps; undefined for a solid line. */
  readonly dashes?: readonly number[];
}

export interface Fill {
  /** `#rrggbb` */
  readonly colour: string;
  /** Above 0, up to 1, which is the default. */
  readonly opacity?: number;
}

export function segment(from: Place, to: Place, line: Line): Path {
  return { mark: 'path', places: [from, to], closed: false, line };
}

export function rectangle({ left, top, width, height }: Box, style: { line?: Line; fill?: Fill }): Path {
  const [right, bottom] = [left + width, top + height];
  const places: Place[] = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
  return { mark: 'path', places, closed: true, ...style };
}

/** A length as all forms write it: with at most two decimals, and never as -0. */
export function rounded(length: number): number {
  return Math.round(length * 100) / 100 + 0;
}
