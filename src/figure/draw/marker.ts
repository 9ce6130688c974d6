import type { Fill, Line, Mark, Place } from './drawing.ts';
import type { Look, Marker } from './look.ts';

/** Distance from the middle of a marker to its edge, in points. */
export const markerRadius = 2.3;

const edge: Line = { colour: '#ffffff', width: 0.4 };

/** The marker of a series around a place. Its white edge tells it from others that it covers. */
export function markerAt([x, y]: Place, { colour, marker }: Look): Mark {
  const fill: Fill = { colour };
  if (marker === 'circle') return { mark: 'circle', centre: [x, y], radius: markerRadius, line: edge, fill };
  const places = shapes[marker].map(([dx, dy]): Place => [x + dx * markerRadius, y + dy * markerRadius]);
  return { mark: 'path', places, closed: true, line: edge, fill };
}

/** The corner of a regular shape after a part of a full turn, from the top. */
function corner(turn: number, radius: number): Place {
  return [radius * Math.sin(2 * Math.PI * turn), -radius * Math.cos(2 * Math.PI * turn)];
}

function regular(corners: number, radius: number, start = 0): Place[] {
  return Array.from({ length: corners }, (_, i) => corner(start + i / corners, radius));
}

/** A cross with arms up, right, down and left. */
const plus: readonly Place[] = [
  [-0.4, -1.15],
  [0.4, -1.15],
  [0.4, -0.4],
  [1.15, -0.4],
  [1.15, 0.4],
  [0.4, 0.4],
  [0.4, 1.15],
  [-0.4, 1.15],
  [-0.4, 0.4],
  [-1.15, 0.4],
  [-1.15, -0.4],
  [-0.4, -0.4],
];

/** Corners around the middle, in radii. Their areas are about equal. */
const shapes: Readonly<Record<Exclude<Marker, 'circle'>, readonly Place[]>> = {
  square: regular(4, 1.25, 1 / 8),
  triangle: regular(3, 1.35),
  diamond: regular(4, 1.3),
  plus,
  'triangle-down': regular(3, 1.35, 1 / 2),
  cross: plus.map(([x, y]): Place => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]),
  pentagon: regular(5, 1.15),
};
