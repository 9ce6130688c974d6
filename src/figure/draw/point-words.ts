import type { Box, Place, Text } from './drawing.ts';
import { widthOf } from './font.ts';
import { markerRadius } from './marker.ts';
import type { PlacedPoint } from './placed-point.ts';
import { clean, greyInk, sizes, text } from './words.ts';

/** Words beside the points that have some. Words without room are left out: what they say is in the table. */
export function pointWords(points: readonly PlacedPoint[], plot: Box): Text[] {
  const size = sizes.note;
  const taken = points.map(({ at: [x, y] }) =>
    box(x - markerRadius, y - markerRadius, 2 * markerRadius, 2 * markerRadius),
  );
  const found: Text[] = [];
  for (const { at, words } of points) {
    if (words === undefined || clean(words) === '') continue;
    const width = widthOf(clean(words), size);
    const free = placesAround(at, width, size)
      .map(([x, y]) => box(x, y, width, size))
      .find((one) => isWithin(one, plot) && !taken.some((other) => overlap(one, other)));
    if (!free) continue;
    taken.push(free);
    found.push(text(words, [free.left, free.top + size * 0.8], size, { colour: greyInk }));
  }
  return found;
}

/** Upper left corners of words of this width: right, left, above and below of the point. */
function placesAround([x, y]: Place, width: number, size: number): Place[] {
  const away = markerRadius + 1.5;
  return [
    [x + away, y - size / 2],
    [x - away - width, y - size / 2],
    [x - width / 2, y - away - size],
    [x - width / 2, y + away],
  ];
}

function box(left: number, top: number, width: number, height: number): Box {
  return { left, top, width, height };
}

function isWithin(inner: Box, outer: Box): boolean {
  return (
    inner.left >= outer.left &&
    inner.top >= outer.top &&
    inner.left + inner.width <= outer.left + outer.width &&
    inner.top + inner.height <= outer.top + outer.height
  );
}

function overlap(a: Box, b: Box): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  );
}
