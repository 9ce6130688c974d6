import type { Mark } from './drawing.ts';

/** A panel of known width, of which the figure decides where it goes. Panels side by side have the same base line. */
export interface PreparedPanel {
  /** Height of the plot, or of all images. */
  readonly height: number;
  /** Height of what is written below the plot. */
  readonly below: number;
  /** What cannot be drawn, in sentences. */
  readonly notes: readonly string[];
  /** Its marks, for the plot's top and the panel's left edge. */
  draw(left: number, top: number): Mark[];
}

/** Height of a plot over its width, about that of the golden ratio. */
const ratio = 0.66;

export function plotHeight(panelWidth: number): number {
  return Math.round(Math.max(84, (panelWidth - 30) * ratio));
}
