import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { createCpuEngine } from '../../src/engine/eager.ts';

test('the cpu engine runs a function with its gradient and returns host tensors', async () => {
  const engine = createCpuEngine();
  const fn = engine.compile(
    'square',
    ({ x, w }) => {
      if (!x || !w) throw new Error('inputs are missing');
      const [gradient] = tf.grads((v) => v.square().mul(w).sum())([x]);
      return { gradient: gradient as tf.Tensor, same: x, flag: x.greater(1), count: x.argMax() };
    },
    { fixed: { w: { shape: [], data: new Float32Array([3]) } } },
  );
  const x = { shape: [2], data: new Float32Array([1, 2]) };
  const result = await fn.run({ x });
  expect(result).toEqual({
    gradient: { shape: [2], data: new Float32Array([6, 12]) },
    same: x,
    flag: { shape: [2], data: new Int32Array([0, 1]) },
    count: { shape: [], data: new Int32Array([1]) },
  });
  expect(result.same?.data).not.toBe(x.data);
});
