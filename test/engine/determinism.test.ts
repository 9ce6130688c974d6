import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import type { TensorFunction, Tensors } from '../../src/engine/engine.ts';
import { createOnnxEngine } from '../../src/engine/onnx/engine.ts';
import { inChild } from './child.ts';
import { stepsDigest } from './steps-digest.ts';
import { real } from './tensors.ts';

const STEPS = stepsDigest('onnx', [5, 16]);

test('the same bytes come out of other processes, with one thread, two or three', async () => {
  const runs = [];
  for (const threads of [1, 2, 2, 3]) runs.push(await inChild(STEPS, [String(threads)]));
  expect(runs[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(runs).size).toBe(1);
});

const engines = [1, 2, 3, 8].map((threads) => createOnnxEngine({ threads }));

/** Runs a function with several numbers of threads and demands the same bytes. */
async function sameForAll(fn: TensorFunction, inputs: Tensors, fixed: Tensors = {}): Promise<void> {
  const results = [];
  for (const engine of engines) {
    const compiled = engine.compile('test', fn, { fixed });
    const outputs = await compiled.run(inputs);
    await compiled.dispose();
    results.push(Object.values(outputs).map(({ data }) => Buffer.from(data.buffer).toString('hex')));
  }
  for (const other of results.slice(1)) expect(other).toEqual(results[0]);
}

// Shapes at which onnxruntime itself gives other bits with other numbers of threads.
test.each([
  [64, 3136, 128],
  [8, 4096, 64],
  [5, 20000, 5],
  [2, 4096, 1000],
])('a product of %i by %i by %i does not depend on the number of threads', async (m, k, n) => {
  await sameForAll(
    ({ a, b }) => ({
      plain: tf.matMul(a as tf.Tensor, b as tf.Tensor),
      transposed: tf.matMul((a as tf.Tensor).transpose(), (b as tf.Tensor).transpose(), true, true),
    }),
    { a: real([m, k], 1), b: real([k, n], 2) },
  );
});

test.each([
  [1, 8, 64, 64, 1],
  [1, 16, 32, 64, 2],
  [2, 16, 32, 64, 1],
  [3, 8, 128, 200, 1],
  [5, 9, 3, 7, 2],
  [3, 16, 16, 160, 2],
  [3, 32, 4, 160, 2],
] as const)(
  'a convolution of %i images of %i pixels, %i to %i channels, stride %i, and what is made of it do not depend on the number of threads',
  async (batch, size, from, to, stride) => {
    const x = real([batch, size, size, from], 1);
    const w = real([3, 3, from, to], 2);
    const fn: TensorFunction = ({ x, w }) => {
      const conv = (x: tf.Tensor, w: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]);
      const y = conv(x as tf.Tensor, w as tf.Tensor);
      const [dx, dw] = tf.grads((x: tf.Tensor, w: tf.Tensor) => conv(x, w).square().sum())([
        x as tf.Tensor,
        w as tf.Tensor,
      ]);
      return {
        ...{ y, dx: dx as tf.Tensor, dw: dw as tf.Tensor },
        ...{ channels: y.mean([0, 1, 2]), images: y.sum([1, 2]), total: y.sum(), depth: y.square().sum(3) },
        ...{ softmax: y.softmax(), log: y.square().add(1).log(), softplus: y.softplus(), tanh: y.tanh() },
      };
    };
    await sameForAll(fn, { x, w });
    await sameForAll(fn, { x }, { w });
  },
);
