import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TensorFunction } from '../../src/engine/engine.ts';
import { agree } from './agree.ts';
import { count, graphOf } from './graphs.ts';
import { real } from './tensors.ts';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

/** The gradient of a convolution with respect to its filter, with these zeros around the image. */
function gradientOf([top, bottom, left, right]: readonly number[]): TensorFunction {
  const pads: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [top ?? 0, bottom ?? 0],
    [left ?? 0, right ?? 0],
    [0, 0],
  ];
  return ({ x, w, dy }) => ({
    dw: tf.grad((w: T) => tf.conv2d(x as T4, w as T4, 1, pads) as T)(w as T, dy as T),
  });
}

function products(channels: number): number {
  const shapes = { x: [2, 8, 8, channels], w: [3, 3, channels, 16], dy: [2, 8, 8, 16] };
  return count(graphOf(gradientOf([1, 1, 1, 1]), shapes)).FusedMatMul ?? 0;
}

test('images of few channels need one matrix product for each column of the filter, others for each position', () => {
  expect([3, 32, 33, 64].map(products)).toEqual([3, 3, 9, 9]);
});

test('the gradient of a filter agrees with the reference for all sizes, paddings and numbers of channels', async () => {
  const sizes = fc.record({
    ...{ batch: fc.integer({ min: 1, max: 3 }), channels: fc.constantFrom(1, 3, 16, 32) },
    ...{ height: fc.integer({ min: 3, max: 9 }), width: fc.integer({ min: 3, max: 9 }) },
    ...{ kernelHeight: fc.integer({ min: 1, max: 4 }), kernelWidth: fc.integer({ min: 1, max: 4 }) },
    ...{ outputs: fc.constantFrom(2, 16, 100), pads: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }) },
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ batch, channels, outputs, pads, ...of }) => {
      const [top = 0, bottom = 0, left = 0, right = 0] = pads;
      const out = [
        of.height + top + bottom - of.kernelHeight + 1,
        of.width + left + right - of.kernelWidth + 1,
      ];
      fc.pre(Math.min(...out) > 0);
      const inputs = {
        x: real([batch, of.height, of.width, channels], 1),
        w: real([of.kernelHeight, of.kernelWidth, channels, outputs], 2),
        dy: real([batch, ...out, outputs], 3),
      };
      await agree(gradientOf(pads), inputs, 1e-5);
    }),
    { numRuns: 30 },
  );
});
