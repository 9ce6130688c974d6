import { type Mark, type Place, segment } from './drawing.ts';

/** Half the length of the strokes at the ends of an interval. */
const half = 1.8;

/** An interval as a line with a stroke at each end, level or upright. */
export function errorBar(from: Place, to: Place, colour: string): Mark[] {
  const line = { colour, width: 0.8 };
  const isLevel = from[1] === to[1];
  const ends = [from, to].map(([x, y]) =>
    isLevel ? segment([x, y - half], [x, y + half], line) : segment([x - half, y], [x + half, y], line),
  );
  return [segment(from, to, line), ...ends];
}
