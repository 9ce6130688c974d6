import type { HostTensor } from '../../engine/engine.ts';
import { type Check, skip, within } from './check.ts';

// Checks of the model: its outputs must be logits, deterministic, and independent of the other images in the batch.

const off = skip('self-check-examples is 0');

/** The criterion of AutoAttack. */
export const probabilities: Check = {
  name: 'probabilities-for-logits',
  level: 'error',
  async run({ sample }) {
    if (!sample) return off;
    const rows = rowsOf((await sample.outputs.look()).logits);
    const looksSo = rows.filter(
      (row) =>
        Math.min(...row) > -1e-5 &&
        Math.max(...row) < 1 + 1e-5 &&
        Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-5,
    ).length;
    // A single row of logits may look like probabilities by chance, but not all rows.
    const passed = looksSo < rows.length;
    const message = passed
      ? `The outputs are logits: ${looksSo} of ${rows.length} rows are in [0, 1] and sum to 1.`
      : `All ${rows.length} outputs are in [0, 1] and sum to 1: the model returns probabilities. Remove its softmax: applied twice, it leaves almost no gradient.`;
    return { passed, measured: looksSo, limit: rows.length - 1, message };
  },
};

const passes = 5;

/** As in AutoAttack: 5 passes, compared by the l2 distance of the l2-normalised logits. */
export const notDeterministic: Check = {
  name: 'not-deterministic',
  level: 'error',
  async run({ sample }) {
    if (!sample) return off;
    const seen: number[][][] = [];
    for (let pass = 0; pass < passes; pass += 1) {
      seen.push(rowsOf((await sample.outputs.look()).logits).map(normalised));
    }
    let farthest = 0;
    for (const [index, one] of seen.entries()) {
      for (const other of seen.slice(index + 1)) {
        for (const [row, values] of one.entries()) {
          farthest = Math.max(farthest, distance(values, other[row] ?? []));
        }
      }
    }
    return within(
      farthest,
      1e-4,
      `In ${passes} passes over the same images the normalised logits differ by up to ${short(farthest)}.`,
      'On a model with random outputs, luck counts as robustness: remove the randomness, or average over it inside the model.',
    );
  },
};

/** Relative to the largest logit: the effect of another order of float32 additions. */
const rounding = 1e-4;

function toleranceOf(logits: readonly number[]): number {
  return rounding * (1 + Math.max(...logits.map(Math.abs)));
}

/** Whether rounding can decide which of the two largest logits is larger. */
export function isNearTie(logits: readonly number[]): boolean {
  const [first = 0, second = 0] = [...logits].sort((a, b) => b - a);
  return first - second <= toleranceOf(logits);
}

/** The images have another batch size than in the cell, and other images beside them. */
export const batchDependent: Check = {
  name: 'batch-dependent',
  level: 'error',
  async run({ sample }) {
    if (!sample) return off;
    const { adversarial, predicted, loss } = sample.outputs.found;
    if (!adversarial || !predicted || !loss) throw new Error('The attack kept no images of the sample');
    const anew = await sample.outputs.look(adversarial);
    const rows = rowsOf(anew.logits);
    const differs = rows.filter((row, index) => {
      const isOther = anew.predicted[index] !== predicted.data[index] && !isNearTie(row);
      return (
        isOther || Math.abs((anew.loss[index] ?? Number.NaN) - (loss.data[index] ?? 0)) > toleranceOf(row)
      );
    }).length;
    return within(
      differs,
      0,
      `In a batch of ${rows.length}, ${differs} of ${rows.length} adversarial images have another class or loss than before.`,
      'The output for an image depends on the other images in the batch: use running statistics in batch norm, and nothing that mixes examples.',
    );
  },
};

export function rowsOf({ shape, data }: HostTensor): number[][] {
  const [count = 0, columns = 0] = shape;
  return Array.from({ length: count }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
}

function normalised(row: readonly number[]): number[] {
  const norm = Math.hypot(...row) || 1; // zeros stay zeros
  return row.map((value) => value / norm);
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? Number.NaN)));
}

function short(value: number): string {
  return value.toPrecision(2);
}
