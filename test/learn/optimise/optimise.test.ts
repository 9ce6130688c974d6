import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { learningRate, type Schedule } from '../../../src/learn/optimise/schedule.ts';
import { defaultSgd, type SgdSettings, sgdStep } from '../../../src/learn/optimise/sgd.ts';
import { calculate } from '../calculate.ts';

/** Values of w over steps on the loss w², from 1. */
async function descent(settings: SgdSettings, steps: number, learningRate: number): Promise<number[]> {
  return calculate(() => {
    let [w, v] = [tf.tensor1d([1]) as tf.Tensor, tf.tensor1d([0]) as tf.Tensor];
    const path: tf.Tensor[] = [];
    for (let step = 0; step < steps; step += 1) {
      const inputs = { parameters: { w }, gradients: { w: tf.mul(w, 2) }, velocities: { w: v } };
      const moved = sgdStep(settings, { ...inputs, learningRate: tf.scalar(learningRate) });
      [w, v] = [moved.parameters.w ?? w, moved.velocities.w ?? v];
      path.push(w);
    }
    return tf.concat(path);
  });
}

describe('SGD', () => {
  it("takes PyTorch's steps (robustness.md, section 6, item 22)", async () => {
    const path = await descent(defaultSgd, 3, 0.1);
    for (const [step, expected] of [0.79995, 0.4598750025, 0.06180951].entries()) {
      expect(path[step]).toBeCloseTo(expected, 6);
    }
  });

  it('takes Nesterov steps', async () => {
    // By hand: g = 2, v = 2, w = 1 - .1 (2 + 1.8) = .62; g = 1.24, v = 3.04, w = .62 - .1 (1.24 + 2.736) = .2224.
    const path = await descent({ momentum: 0.9, weightDecay: 0, decay: 'all', nesterov: true }, 2, 0.1);
    expect(path[0]).toBeCloseTo(0.62, 6);
    expect(path[1]).toBeCloseTo(0.2224, 6);
  });

  it('leaves biases and batch norm alone where kernels alone decay', async () => {
    const step = (decay: SgdSettings['decay']) =>
      calculate(() => {
        const parameters = { vector: tf.tensor1d([1]), matrix: tf.tensor2d([[1]]) };
        const still = { vector: tf.tensor1d([0]), matrix: tf.tensor2d([[0]]) };
        const settings: SgdSettings = { momentum: 0, weightDecay: 0.5, decay, nesterov: false };
        const rate = tf.scalar(1);
        const moved = sgdStep(settings, {
          parameters,
          gradients: still,
          velocities: still,
          learningRate: rate,
        });
        return tf.concat(Object.values(moved.parameters).map((tensor) => tf.reshape(tensor, [1])));
      });
    expect(await step('kernels')).toEqual([1, 0.5]);
    expect(await step('all')).toEqual([0.5, 0.5]);
  });
});

describe('a schedule', () => {
  const rates = (schedule: Schedule, epochs: number, stepsPerEpoch: number) =>
    Array.from({ length: epochs * stepsPerEpoch }, (_, step) =>
      learningRate(schedule, { step, stepsPerEpoch, epochs }),
    );
  const rounded = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(6)));

  it('stays, or drops at the start of its milestones', () => {
    expect(rates({ kind: 'constant', rate: 0.1 }, 2, 2)).toEqual([0.1, 0.1, 0.1, 0.1]);
    const piecewise = { kind: 'piecewise', rate: 1, milestones: [1, 3], factor: 0.1 } as const;
    expect(rounded(rates(piecewise, 4, 2))).toEqual([1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01]);
  });

  it('goes down half a cosine', () => {
    expect(rounded(rates({ kind: 'cosine', rate: 1 }, 1, 4))).toEqual([1, 0.853553, 0.5, 0.146447]);
  });

  it('goes up and down in straight lines', () => {
    expect(rounded(rates({ kind: 'cyclic', rate: 0.2, peak: 0.5 }, 2, 2))).toEqual([0, 0.1, 0.2, 0.1]);
  });

  it("goes one cycle from PyTorch's first rate by the greatest to the last", () => {
    const cycle = rates({ kind: 'one-cycle', rate: 0.1 }, 10, 10);
    expect(cycle[0]).toBeCloseTo(0.004, 10);
    expect(cycle[29]).toBeCloseTo(0.1, 10);
    expect(cycle[99]).toBeCloseTo(0.1 / 25 / 1e4, 10);
    expect(Math.max(...cycle)).toBeLessThanOrEqual(0.1);
    expect(rates({ kind: 'one-cycle', rate: 0.1 }, 1, 2).every(Number.isFinite)).toBe(true);
  });
});
