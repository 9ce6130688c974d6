import { type Box, type Line, type Path, segment } from './drawing.ts';
import type { Hatch } from './look.ts';

const line: Line = { colour: '#ffffff', width: 0.7 };

/** Points between neighbouring lines, along an edge of the box. */
const gap = 4;

/** White lines over a bar, within its box. They start at its upper left corner, so that all bars look alike. */
export function hatched(box: Box, hatch: Hatch): Path[] {
  if (hatch === 'none') return [];
  if (hatch === 'crossed') return [...hatched(box, 'up'), ...hatched(box, 'down')];
  const { left, top, width, height } = box;
  const lines: Path[] = [];
  const draw = (x1: number, y1: number, x2: number, y2: number) =>
    lines.push(segment([left + x1, top + y1], [left + x2, top + y2], line));
  if (hatch === 'level') {
    for (let y = gap; y < height; y += gap) draw(0, y, width, y);
    return lines;
  }
  // Diagonals x + y = sum within the box; for `down`, the box is mirrored.
  const mirror = (x: number) => (hatch === 'up' ? x : width - x);
  for (let sum = gap; sum < width + height; sum += gap) {
    const [x1, x2] = [Math.max(0, sum - height), Math.min(width, sum)];
    draw(mirror(x1), sum - x1, mirror(x2), sum - x2);
  }
  return lines;
}
