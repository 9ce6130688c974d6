import { measuredNote } from '../../report/measured-note.ts';
import type { Curves } from '../page-data.ts';
import { short } from './words.ts';

const WIDTH = 200;
const HEIGHT = 64;
const PAD = 4;

/** Names of columns that count the records. */
const COUNTERS: ReadonlySet<string> = new Set(['epoch', 'step', 'iteration', 'batch']);

/** A small picture of each number in the records of a cell. */
export function CurvePictures({ curves: { of, columns, measured = [] } }: { readonly curves: Curves }) {
  const counter = Object.keys(columns).find((name) => COUNTERS.has(name));
  const shown = Object.entries(columns).filter(([name]) => name !== counter);
  const counted = counter === undefined ? undefined : columns[counter];
  return (
    <>
      <p class="quiet">
        Over {of} records{counter && ` (${counter})`}
        {(shown[0]?.[1].length ?? of) < of && `, of which ${shown[0]?.[1].length} are drawn`}.{' '}
        {measuredNote(measured)}
      </p>
      <div class="curves">
        {shown.map(([name, column]) => (
          <Picture key={name} name={name} column={column} xs={counted ?? column.map((_, k) => k)} />
        ))}
      </div>
    </>
  );
}

interface PictureProps {
  readonly name: string;
  readonly column: readonly (number | null)[];
  readonly xs: readonly (number | null)[];
}

function Picture({ name, column, xs }: PictureProps) {
  const known = column.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const last = known.at(-1) ?? Number.NaN;
  const x = scale(xs, WIDTH);
  const y = scale(column, HEIGHT);
  let pen = 'M';
  const path = column.map((value, k) => {
    const at = xs[k];
    if (value === null || at == null) {
      pen = 'M';
      return '';
    }
    const step = `${pen}${x(at)},${HEIGHT - y(value)}`;
    pen = 'L';
    return step;
  });
  const words = `${name}: from ${short(known[0] ?? Number.NaN)} to ${short(last)}, lowest ${short(low)}, highest ${short(high)}`;
  return (
    <figure class="curve">
      <figcaption>
        {name} <strong>{short(last)}</strong>
      </figcaption>
      <svg
        class="plot"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={words}
        preserveAspectRatio="none"
      >
        <path d={path.join('')} />
      </svg>
      <div class="range">
        <span>min {short(low)}</span>
        <span>max {short(high)}</span>
      </div>
    </figure>
  );
}

/** From the numbers of a column to places from `PAD` to `size - PAD`. */
function scale(column: readonly (number | null)[], size: number): (value: number) => number {
  const known = column.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const span = high > low ? high - low : 1;
  return (value) => Math.round((PAD + ((value - low) / span) * (size - 2 * PAD)) * 10) / 10;
}
