import { describe, expect, it } from 'vitest';
import { BestIterates } from '../../../src/learn/attack/best-iterates.ts';
import { float32 } from '../calculate.ts';
import { oneHot } from '../toys.ts';

/** Two examples of one pixel, of classes 0 and 1. */
const clean = () => new BestIterates({ images: float32([2, 1, 1, 1], [0, 0.5]), labels: oneHot([0, 1], 2) });
const right = [0, 1];
const wrong = [1, 0];

function offer(best: BestIterates, pixels: number[], predicted: number[], objective: number[]): number[] {
  best.consider(float32([2, 1, 1, 1], pixels), Int32Array.from(predicted), Float32Array.from(objective));
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
    expect(best.allBroken()).toBe(false);
    expect(offer(best, [0.5, 1], [0, 0], [9, 0.2])).toEqual([0.25, 1]);
    expect(best.allBroken()).toBe(true);
    expect(offer(best, [0.75, 0.25], wrong, [0.2, 0.1])).toEqual([0.75, 1]);
  });

  it('of an example that an earlier run broke stay as they are', () => {
    const best = clean();
    offer(best, [0.25, 0.75], [1, 1], [1, 1]);
    best.startRun();
    expect(offer(best, [0.5, 1], wrong, [9, 9])).toEqual([0.25, 1]);
  });
});
