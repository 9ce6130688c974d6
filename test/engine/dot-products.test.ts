import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TensorFunction } from '../../src/engine/engine.ts';
import { optimise, passesFor } from '../../src/engine/onnx/passes/optimise.ts';
import { agree } from './agree.ts';
import { count, graphOf } from './graphs.ts';
import { real } from './tensors.ts';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

const conv = (x: T, w: T) => tf.conv2d(x as T4, w as T4, 1, 'same') as T;

function counts(fn: (a: T, b: T) => T): Record<string, number> {
  const named: TensorFunction = ({ x, w, other }) => ({
    y: fn(conv(x as T, w as T), conv(other as T, w as T)),
  });
  const shapes = { x: [2, 6, 6, 32], other: [2, 6, 6, 32], w: [3, 3, 32, 32] };
  return count(optimise(graphOf(named, shapes), passesFor(16)));
}

test('a sum over positions of a product of two blocked images writes no image', () => {
  // Two convolutions, and one for the sum of the product.
  const sum = counts((a, b) => a.mul(b).sum([0, 1, 2]));
  expect(sum).toMatchObject({ BlockedConv: 3 });
  expect(sum).not.toHaveProperty('Mul');
  const variance = counts((a) => a.square().mean([1, 2]));
  expect(variance).toMatchObject({ BlockedConv: 2, Div: 1 });
  expect(variance).not.toHaveProperty('Mul');
  expect(variance).not.toHaveProperty('ReduceMean');
});

test('a product that is read by others too is summed as it is', () => {
  const graph = counts((a, b) => {
    const product = a.mul(b);
    return product.sub(product.mean([0, 1, 2]));
  });
  expect(graph).toMatchObject({ Mul: 1 });
});

test('sums and means of products of images of all sizes agree with the reference', async () => {
  const sizes = fc.record({
    ...{ batch: fc.integer({ min: 1, max: 3 }), height: fc.integer({ min: 1, max: 9 }) },
    ...{ width: fc.integer({ min: 1, max: 9 }), channels: fc.constantFrom(16, 32, 48) },
    axes: fc.constantFrom<number[]>([1, 2], [0, 1, 2]),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ batch, height, width, channels, axes }) => {
      const shape = [batch, height, width, channels];
      const fn: TensorFunction = ({ x, other, w }) => {
        const [a, b] = [conv(x as T, w as T), conv(other as T, w as T)];
        return { dot: a.mul(b).sum(axes), mean: a.mul(b.mul(2)).mean(axes), square: b.square().mean(axes) };
      };
      const filter = real([3, 3, channels, channels], 3, -0.2, 0.2);
      await agree(fn, { x: real(shape, 1), other: real(shape, 2), w: filter }, 1e-5);
    }),
    { numRuns: 25 },
  );
});
