import { Failure } from '../../failure.ts';
import type { Stream } from '../random/stream.ts';
import type { AttackBatch, AttackBuilder, Perturbed } from './attacker.ts';
import { checkEpsilon } from './audit.ts';
import { rowsAt, rowsIn, someOf } from './batch-rows.ts';
import { BestIterates } from './best-iterates.ts';
import { type Classifier, classifier } from './classify.ts';
import { floats } from './gradient-step.ts';
import { type Bounds, clamp, linfBounds } from './linf-bounds.ts';

export interface SquareSettings {
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
  /** Number of squares to try. */
  readonly queries: number;
  /** Share of the image covered by the first squares. Default 0.8, as in AutoAttack. */
  readonly share?: number | undefined;
}

/** The share is halved after each of these queries (AutoAttack's schedule, not rescaled). */
const halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

type Shape = readonly [height: number, width: number, channels: number];

/**
 * Square attack in the l∞ ball (Andriushchenko et al. 2020): random search without gradients. It starts from vertical
 * stripes of ± epsilon and changes random squares by ± 2 epsilon within the ball, with one sign per channel. A square
 * is kept if it reduces the margin. Differences from the reference implementation: each example has its own squares
 * from its own stream, so that results do not depend on the batch; and squares can reach the last row and column.
 * @throws Failure `bad-attack`
 */
export function square({ epsilon, queries, share = 0.8 }: SquareSettings): AttackBuilder {
  checkEpsilon(epsilon);
  if (!(Number.isInteger(queries) && queries >= 1 && share > 0 && share <= 1)) {
    throw new Failure('bad-attack', 'Square needs at least one query and a share of the image in (0, 1].', {
      details: { queries, share },
    });
  }
  return (target) => {
    const classify = classifier(target);
    return {
      epsilon,
      perturb: (batch) => squareFrom(classify, { epsilon, queries, share }, batch),
      dispose: () => classify.dispose(),
    };
  };
}

/** The attack with a classifier that is already compiled. Settings are trusted. */
export async function squareFrom(
  classify: Classifier,
  { epsilon, queries, share = 0.8 }: SquareSettings,
  batch: AttackBatch,
): Promise<Perturbed> {
  const shape = batch.images.shape.slice(1) as unknown as Shape; // images are [count, height, width, channels]
  const size = shape[0] * shape[1] * shape[2];
  const best = new BestIterates(batch);
  let rows = best.unbroken();
  let left = batch;
  const { low, high } = linfBounds(floats(batch.images), epsilon);
  const boundsOf = (row: number): Bounds => ({
    low: low.subarray(row * size, (row + 1) * size),
    high: high.subarray(row * size, (row + 1) * size),
  });
  const streams = rows.map((row) => batch.random('square', row));
  const keep = (some: readonly number[]) => {
    if (some.length === rows.length) return;
    rows = [...some];
    left = someOf(batch, rows);
  };
  /**
   * Classifies a candidate for each example that is left. One that is broken no longer changes, and one that has no
   * further candidate is done.
   * @param draw makes the candidate from the best image, and returns whether there is one
   */
  const tryOne = async (draw: (pixels: Float32Array, row: number) => boolean) => {
    const drawn = rowsAt(best.images(), rows);
    const places = [...rows.keys()].filter((place) =>
      draw(floats(drawn).subarray(place * size, (place + 1) * size), rows[place] as number),
    );
    if (places.length === 0) return keep([]);
    const images = places.length === rows.length ? drawn : rowsAt(drawn, places);
    keep(rowsIn(rows, places));
    const { predicted, margin } = await classify.run(images, left.labels);
    best.consider(
      rows,
      images,
      predicted,
      margin.map((value) => -value),
    );
    const unbroken = new Set(best.unbroken());
    keep(rows.filter((row) => unbroken.has(row)));
  };
  await tryOne((pixels, row) => {
    drawStripes(pixels, boundsOf(row), shape, streams[row] as Stream); // there is a stream for each row
    return true;
  });
  const tried = streams.map(() => 0);
  while (rows.length > 0) {
    await tryOne((pixels, row) => {
      // A square that changes no pixel changes no margin, so the next one is tried at once.
      for (let query = tried[row] as number; query < queries; query += 1) {
        const side = squareSide(query, share, shape[0], shape[1]);
        const square = { shape, side, change: 2 * epsilon, stream: streams[row] as Stream };
        if (!drawSquare(pixels, boundsOf(row), square)) continue;
        tried[row] = query + 1;
        return true;
      }
      return false;
    });
  }
  return { images: best.images() };
}

/** Side of the square in pixels for a query, counted from 0: covers `share` of the image, halved by the schedule. */
export function squareSide(query: number, share: number, height: number, width: number): number {
  const covered = share / 2 ** halvings.filter((last) => query > last).length;
  const side = Math.max(Math.round(Math.sqrt(covered * height * width)), 1);
  return Math.min(side, height, width);
}

function drawStripes(pixels: Float32Array, bounds: Bounds, shape: Shape, stream: Stream): void {
  const [height, width, channels] = shape;
  for (let stripe = 0; stripe < width * channels; stripe += 1) {
    const side = stream.int(2) === 0 ? bounds.low : bounds.high;
    for (let y = 0; y < height; y += 1) {
      const index = y * width * channels + stripe;
      pixels[index] = side[index] as number; // index is within the image
    }
  }
}

/** @returns whether any pixel changed */
function drawSquare(
  pixels: Float32Array,
  { low, high }: Bounds,
  { shape, side, change, stream }: { shape: Shape; side: number; change: number; stream: Stream },
): boolean {
  const [height, width, channels] = shape;
  const [top, left] = [stream.int(height - side + 1), stream.int(width - side + 1)];
  const changes = Float64Array.from({ length: channels }, () => (stream.int(2) === 0 ? -change : change));
  let changed = false;
  for (let y = top; y < top + side; y += 1) {
    const first = (y * width + left) * channels;
    for (let index = first; index < first + side * channels; index += 1) {
      // In range: the square is within the image.
      const pixel = pixels[index] as number;
      const moved = pixel + (changes[(index - first) % channels] as number);
      pixels[index] = clamp(moved, low[index] as number, high[index] as number);
      changed ||= pixels[index] !== pixel;
    }
  }
  return changed;
}
