import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { withGradients } from '../../../src/learn/loss/gradients.ts';
import { calculate, cpu } from '../calculate.ts';

describe('gradients with results', () => {
  it('gives the value, what was computed on the way, and the gradient of each input', async () => {
    const compiled = cpu.compile('test', () => {
      const [a, b] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
      const { value, results, gradients } = withGradients(
        () => {
          const product = tf.mul(a, b);
          return { value: tf.sum(tf.square(product)), results: { product, a } };
        },
        { a, b },
      );
      return { value, ...results, da: gradients.a, db: gradients.b };
    });
    const { value, product, a, da, db } = await compiled.run({});
    expect([value, product, a, da, db].map((tensor) => [...(tensor?.data ?? [])])).toEqual([
      [73],
      [3, 8],
      [1, 2],
      [18, 64],
      [6, 32],
    ]);
  });

  it('leaves no tensor behind', async () => {
    const once = () =>
      calculate(() => {
        const x = tf.tensor1d([1, 2]);
        return withGradients(() => ({ value: tf.sum(tf.square(x)), results: { x } }), { x }).gradients.x;
      });
    await once();
    const before = tf.memory().numTensors;
    await once();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('can be differentiated again', async () => {
    // d/dx Σ (d/dx Σ x³)² = d/dx Σ 9 x⁴ = 36 x³
    const second = await calculate(() =>
      tf.grad((x) => {
        const cubes = () => ({ value: tf.sum(tf.mul(x, tf.square(x))), results: {} });
        return tf.sum(tf.square(withGradients(cubes, { x }).gradients.x));
      })(tf.tensor1d([1, 2])),
    );
    expect(second).toEqual([36, 288]);
  });

  it('refuses an input on which the value does not depend', async () => {
    await expect(
      calculate(() => {
        const [x, idle] = [tf.scalar(1), tf.scalar(2)];
        return withGradients(() => ({ value: tf.square(x), results: {} }), { x, idle }).value;
      }),
    ).rejects.toThrow("does not depend on 'idle'");
  });
});
