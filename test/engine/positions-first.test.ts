import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TensorFunction, Tensors } from '../../src/engine/engine.ts';
import { createOnnxEngine } from '../../src/engine/onnx/engine.ts';
import { optimise, type Pass, passesFor } from '../../src/engine/onnx/passes/optimise.ts';
import { count, graphOf } from './graphs.ts';
import { real } from './tensors.ts';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

/** The gradients of two convolutions with respect to their filters. */
const gradients: TensorFunction = ({ x, v, w }) => {
  const layers = (v: T, w: T) => {
    const y = tf.conv2d(x as T4, v as T4, 1, 'same') as T;
    return tf
      .relu(tf.conv2d(y as T4, w as T4, 2, 'same') as T)
      .square()
      .sum();
  };
  const [dv, dw] = tf.grads(layers)([v as T, w as T]);
  return { dv: dv as T, dw: dw as T };
};

function inputsOf({ batch, size, from, to, kernel }: Record<string, number>): Tensors {
  const shapes = {
    ...{ x: [batch, size, size, from], v: [kernel, kernel, from, from], w: [kernel, kernel, from, to] },
  };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], seed) => [name, real(shape.map(Number), seed, -0.5, 0.5)]),
  );
}

const without = (passes: readonly Pass[]) => passes.filter(({ name }) => name !== 'positionsFirst');

test('second factors in gradients of filters are positions by channels', () => {
  const shapes = { x: [16, 8, 8, 64], v: [3, 3, 64, 64], w: [3, 3, 64, 32] };
  const [before, after] = [without(passesFor(16)), passesFor(16)].map((passes) =>
    count(optimise(graphOf(gradients, shapes), passes)),
  );
  expect(before).toMatchObject({ FusedMatMul: 18 });
  expect(after).toMatchObject({ MatMul: 18 });
  expect(after).not.toHaveProperty('FusedMatMul');
});

test('one block of channels is in this order already', () => {
  const shapes = { x: [8, 8, 8, 16], v: [3, 3, 16, 16], w: [3, 3, 16, 16] };
  const [before, after] = [without(passesFor(16)), passesFor(16)].map((passes) =>
    count(optimise(graphOf(gradients, shapes), passes)),
  );
  expect((before?.ReorderOutput ?? 0) - (after?.ReorderOutput ?? 0)).toBe(2);
});

test('the same bytes come out, for all sizes, kernels and numbers of images side by side', async () => {
  const sizes = fc.record({
    ...{ batch: fc.constantFrom(8, 16, 32), size: fc.integer({ min: 2, max: 9 }) },
    ...{ from: fc.constantFrom(16, 32, 64), to: fc.constantFrom(16, 32, 48, 128) },
    kernel: fc.integer({ min: 1, max: 3 }),
  });
  const engines = [createOnnxEngine({ threads: 1 }, { passes: without }), createOnnxEngine({ threads: 1 })];
  await fc.assert(
    fc.asyncProperty(sizes, async (chosen) => {
      const inputs = inputsOf(chosen);
      const [expected, actual] = await Promise.all(
        engines.map((engine) => engine.compile('gradients', gradients).run(inputs)),
      );
      expect(actual).toEqual(expected);
    }),
    { numRuns: 20 },
  );
  for (const engine of engines) await engine.dispose();
});
