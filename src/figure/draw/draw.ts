import { warningText } from '../../report/words.ts';
import type { Figure, Panel } from '../figure.ts';
import { prepareBars } from './bars.ts';
import { describe } from './describe.ts';
import type { Drawing, Mark } from './drawing.ts';
import { prepareImages } from './images.ts';
import { legendOf } from './legend.ts';
import { type Look, looksOf } from './look.ts';
import type { PreparedPanel } from './panel.ts';
import { preparePoints } from './points.ts';
import { block, clean, greyInk, heightOf, sizes, wrapped } from './words.ts';

/** Widths in points: of a column (3.25 inches), and of the text of a page with one column (5.5 inches). */
const [columnWidth, textWidth] = [234, 396];

/** Free space around everything, so that no line is cut. */
const border = 3;
const gap = 6;
const panelGap = 14;

/**
 * Draws a figure: title, legend, panels and notes below each other. A figure with one panel is as wide as a column of
 * a paper, 3.25 inches; one with more panels, or with more bars or images than fit there, is 5.5 inches wide. At most
 * three panels are side by side; four are two and two.
 */
export function draw(figure: Figure): Drawing {
  const width = figureWidth(figure);
  const inner = width - 2 * border;
  const lookOf = looksOf(figure);
  const marks: Mark[] = [];
  let y = border;

  const title = wrapped(figure.title ?? '', inner, sizes.title);
  marks.push(...block(title, { x: width / 2, top: y }, sizes.title, { anchor: 'middle' }));
  y += heightOf(title, sizes.title) + (title.length > 0 ? gap / 2 : 0);

  const legend = legendOf(figure, inner, lookOf);
  marks.push(...legend.draw(border, y));
  y += legend.height + (legend.height > 0 ? gap : 0);

  const drawn = drawPanels(figure, inner, y, lookOf);
  marks.push(...drawn.marks);
  y = drawn.bottom;

  const sentences = [...figure.notes, ...drawn.notes, ...figure.warnings.map(warningText)];
  const notes = sentences.flatMap((sentence) => wrapped(sentence, inner, sizes.note));
  y += notes.length > 0 ? gap : 0;
  marks.push(...block(notes, { x: border, top: y }, sizes.note, { colour: greyInk }));
  y += heightOf(notes, sizes.note);

  const height = Math.ceil(y + border);
  return { width, height, title: clean(figure.title ?? figure.name), description: describe(figure), marks };
}

function figureWidth({ panels }: Figure): number {
  const [panel] = panels;
  if (panels.length > 1 || !panel) return panels.length > 1 ? textWidth : columnWidth;
  const parts =
    panel.plot === 'bars'
      ? (panel.groups.length * panel.series.length) / 5
      : panel.plot === 'images'
        ? panel.columns.length
        : 1;
  return parts > 4 ? textWidth : columnWidth;
}

function drawPanels(
  { panels }: Figure,
  width: number,
  top: number,
  lookOf: (words: string) => Look,
): { marks: Mark[]; bottom: number; notes: string[] } {
  const perRow = panels.length === 4 ? 2 : Math.min(3, Math.max(1, panels.length));
  const panelWidth = (width - panelGap * (perRow - 1)) / perRow;
  const prepared = panels.map((panel) => ({
    panel: prepare(panel, panelWidth, lookOf),
    title: wrapped(panel.title ?? '', panelWidth, sizes.axis),
  }));
  const marks: Mark[] = [];
  let y = top;
  for (let first = 0; first < prepared.length; first += perRow) {
    const row = prepared.slice(first, first + perRow);
    const above = Math.max(
      ...row.map(({ title }) => heightOf(title, sizes.axis) + (title.length > 0 ? 3 : 0)),
    );
    for (const [i, { panel, title }] of row.entries()) {
      const left = border + i * (panelWidth + panelGap);
      const titleTop = y + above - heightOf(title, sizes.axis) - 3;
      marks.push(
        ...block(title, { x: left + panelWidth / 2, top: titleTop }, sizes.axis, { anchor: 'middle' }),
      );
      marks.push(...panel.draw(left, y + above));
    }
    const height = Math.max(...row.map(({ panel }) => panel.height));
    const below = Math.max(...row.map(({ panel }) => panel.below));
    y += above + height + below + (first + perRow < prepared.length ? panelGap : 0);
  }
  const notes = [...new Set(prepared.flatMap(({ panel }) => panel.notes))];
  return { marks, bottom: y, notes };
}

function prepare(panel: Panel, width: number, lookOf: (words: string) => Look): PreparedPanel {
  switch (panel.plot) {
    case 'points':
      return preparePoints(panel, width, lookOf);
    case 'bars':
      return prepareBars(panel, width, lookOf);
    case 'images':
      return prepareImages(panel, width);
  }
}
