import type { ImagePanel, Picture } from '../figure.ts';
import { noResults } from './axes.ts';
import { type Box, type Mark, rectangle } from './drawing.ts';
import type { PreparedPanel } from './panel.ts';
import { block, cut, greyInk, heightOf, lineHeight, sizes, text, wrapped } from './words.ts';

const gap = 5;
const largest = 84;

/** Rows of images under the words of their columns, with words of each image below it. */
export function prepareImages(panel: ImagePanel, width: number): PreparedPanel {
  const columns = Math.max(1, panel.columns.length, ...panel.rows.map(({ images }) => images.length));
  const rowLines = (words: string) => cut(words, cellWidth(width, 0, columns), sizes.axis, 3);
  const left = Math.max(0, ...panel.rows.map(({ words }) => heightOf(rowLines(words), sizes.axis)));
  const cell = cellWidth(width, left, columns);
  const start = left + Math.max(0, (width - left - columns * cell - (columns - 1) * gap) / 2);
  const heads = panel.columns.map((words) => wrapped(words, cell, sizes.legend));
  const headHeight = Math.max(0, ...heads.map((lines) => heightOf(lines, sizes.legend)));
  const rows = panel.rows.map(({ words, images }) => {
    const below = images.map((image) => wrapped(image?.words ?? '', cell, sizes.note));
    const imageHeight = Math.max(0, ...images.map((image) => heightFor(image, cell)));
    const wordsHeight = Math.max(0, ...below.map((lines) => heightOf(lines, sizes.note)));
    return { words, images, below, imageHeight, height: imageHeight + wordsHeight + gap };
  });
  const height = headHeight + rows.reduce((sum, row) => sum + row.height, 0);
  return {
    height: rows.length === 0 ? headHeight + 40 : height,
    below: 0,
    notes: [],
    draw(panelLeft, top) {
      const leftOf = (column: number) => panelLeft + start + column * (cell + gap);
      const marks: Mark[] = heads.flatMap((lines, i) =>
        block(lines, { x: leftOf(i) + cell / 2, top }, sizes.legend, { anchor: 'middle' }),
      );
      let rowTop = top + headHeight;
      for (const { words, images, below, imageHeight, height } of rows) {
        for (const [i, line] of rowLines(words).entries()) {
          const x = panelLeft + start - left + sizes.axis * (i * lineHeight + 0.8);
          marks.push(
            text(line, [x, rowTop + imageHeight / 2], sizes.axis, { anchor: 'middle', upwards: true }),
          );
        }
        for (const [i, image] of images.entries()) {
          const box = { left: leftOf(i), top: rowTop, width: cell, height: heightFor(image, cell) };
          marks.push(...one(image, box));
          const wordsTop = rowTop + imageHeight + 1;
          marks.push(
            ...block(below[i] ?? [], { x: leftOf(i) + cell / 2, top: wordsTop }, sizes.note, {
              anchor: 'middle',
            }),
          );
        }
        rowTop += height;
      }
      if (rows.length === 0) marks.push(...noResults({ left: panelLeft, top: rowTop, width, height: 40 }));
      return marks;
    },
  };
}

/** The width of one of the images that are side by side. */
function cellWidth(width: number, left: number, columns: number): number {
  return Math.min(largest, Math.max(4, (width - left - gap * (columns - 1)) / columns));
}

function one(picture: Picture | undefined, box: Box): Mark[] {
  if (picture) return [{ mark: 'raster', box, picture }];
  const line = { colour: '#999999', width: 0.5, dashes: [2, 2] };
  const at = [box.left + box.width / 2, box.top + box.height / 2 + 2] as const;
  return [rectangle(box, { line }), text('—', at, sizes.axis, { anchor: 'middle', colour: greyInk })];
}

/** The height of an image of this width; a missing one is a square. */
function heightFor(picture: Picture | undefined, width: number): number {
  return picture ? (width * picture.height) / picture.width : width;
}
