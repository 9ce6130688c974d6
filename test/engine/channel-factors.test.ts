import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TensorFunction } from '../../src/engine/engine.ts';
import { batchNormTraining } from '../../src/engine/ops/batch-norm.ts';
import { agree } from './agree.ts';
import { count, graphOf } from './graphs.ts';
import { real } from './tensors.ts';

type T = tf.Tensor;
type T1 = tf.Tensor1D;
type T4 = tf.Tensor4D;

const conv = (x: T, w: T, stride = 1) => tf.conv2d(x as T4, w as T4, stride, 'same') as T;

/** Both gradients of a convolution whose result is multiplied by a factor for each channel. */
const gradients: TensorFunction = ({ x, w, v, g }) => {
  const [dx, dw] = tf.grads((x: T, w: T) => conv(x, w).mul(v as T))([x as T, w as T], g as T);
  return { dx: dx as T, dw: dw as T };
};

/** How many multiplications the gradients for images of this height need: of one image, or of the filter and its gradient. */
function multiplied(height: number): number {
  const shape = [8, height, height, 32];
  const graph = graphOf(gradients, { x: shape, w: [3, 3, 32, 32], v: [32], g: shape });
  return count(graph).Mul ?? 0;
}

test('factors of channels multiply the filter and its gradient, or an image that is smaller', () => {
  expect(multiplied(16)).toBe(2);
  expect(multiplied(4)).toBe(1);
});

test('gradients of convolutions before factors of channels agree with the reference', async () => {
  const sizes = fc.record({
    ...{ batch: fc.integer({ min: 1, max: 8 }), size: fc.integer({ min: 3, max: 12 }) },
    ...{ from: fc.constantFrom(3, 16), to: fc.constantFrom(4, 16, 32), stride: fc.constantFrom(1, 2) },
    // A factor may be 0: the gradient of the filter is then 0, and nothing is divided by it.
    zero: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ batch, size, from, to, stride, zero }) => {
      const fn: TensorFunction = ({ x, w, gamma, beta }) => {
        const layer = (x: T, w: T, gamma: T, beta: T) =>
          tf.tanh(batchNormTraining(conv(x, w, stride), gamma as T1, beta as T1, 1e-3).y).sum();
        const given = [x, w, gamma, beta] as T[];
        return Object.fromEntries(
          tf
            .grads(layer)(given)
            .map((dy, index) => [`d${index}`, dy]),
        );
      };
      const gamma = real([to], 3);
      if (zero) gamma.data[0] = 0;
      const tensors = {
        x: real([batch, size, size, from], 1),
        w: real([3, 3, from, to], 2, -0.2, 0.2),
        ...{ gamma, beta: real([to], 4) },
      };
      await agree(fn, tensors, 5e-5);
    }),
    { numRuns: 25 },
  );
});
