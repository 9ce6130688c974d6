import { describe, expect, it } from 'vitest';
import { BestIterates, bestOfRuns } from '../../../src/learn/attack/best-iterates.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { float32 } from '../calculate.ts';
import { oneHot } from '../toys.ts';

/** Two examples of one pixel, of classes 0 and 1. */
const clean = () => new BestIterates({ images: float32([2, 1, 1, 1], [0, 0.5]), labels: oneHot([0, 1], 2) });
const right = [0, 1];
const wrong = [1, 0];

function offer(best: BestIterates, pixels: number[], predicted: number[], objective: number[]): number[] {
  best.consider(
    [0, 1],
    float32([2, 1, 1, 1], pixels),
    Int32Array.from(predicted),
    Float32Array.from(objective),
  );
  return [...best.images().data];
}

describe('the best iterates', () => {
  it('are those of the greatest objective, for each example, wherever they came', () => {
    const best = clean();
    expect([...best.images().data]).toEqual([0, 0.5]);
    expect(offer(best, [0.25, 0.75], right, [2, 1])).toEqual([0.25, 0.75]);
    expect(offer(best, [0.5, 1], right, [1, 3])).toEqual([0.25, 1]);
  });

  it('are misclassified ones before others, whatever the objective', () => {
    const best = clean();
    offer(best, [0.25, 0.75], [1, 1], [0.1, 5]);
    expect(best.unbroken()).toEqual([1]);
    expect(offer(best, [0.5, 1], [0, 0], [9, 0.2])).toEqual([0.25, 1]);
    expect(best.unbroken()).toEqual([]);
    expect(offer(best, [0.75, 0.25], wrong, [0.2, 0.1])).toEqual([0.75, 1]);
  });

  it('of some examples can be considered without the others', () => {
    const best = clean();
    offer(best, [0.25, 0.75], [1, 1], [1, 1]);
    expect(best.unbroken()).toEqual([1]);
    best.consider([1], float32([1, 1, 1, 1], [0.6]), Int32Array.of(0), Float32Array.of(0));
    expect([...best.images().data]).toEqual([0.25, Math.fround(0.6)]);
    expect(best.unbroken()).toEqual([]);
  });
});

describe('several runs', () => {
  it('each attack only the examples that no earlier one has broken', async () => {
    const seen: number[][] = [];
    const given = { images: float32([2, 1, 1, 1], [0, 0.5]), labels: oneHot([0, 1], 2) };
    const random = (name: string, row: number) => stream(0, name, row);
    const { images, gradientNorms } = await bestOfRuns(
      { ...given, random },
      3,
      async (left, consider, run) => {
        seen.push([...left.images.data]);
        const predicted = Int32Array.from(left.images.data, () => run);
        consider(left.images, predicted, Float32Array.from(left.images.data));
        return Float32Array.from(left.images.data);
      },
    );
    // The first run says 0 for both, so it breaks the second example; the next one breaks the first.
    expect(seen).toEqual([[0, 0.5], [0]]);
    expect([...images.data]).toEqual([0, 0.5]);
    expect([...(gradientNorms ?? [])]).toEqual([0, 0.5]);
  });

  it('draw for each example from its own stream, whichever others are left', async () => {
    const drawn: number[] = [];
    const given = { images: float32([2, 1, 1, 1], [0, 0.5]), labels: oneHot([0, 1], 2) };
    const random = (name: string, row: number) => stream(0, name, row);
    await bestOfRuns({ ...given, random }, 2, async (left, consider, run) => {
      if (run === 1) drawn.push(left.random('a', 0).float());
      consider(left.images, Int32Array.of(1, 1), Float32Array.of(1, 1)); // breaks the first example
      return undefined;
    });
    expect(drawn).toEqual([stream(0, 'a', 1).float()]);
  });
});
