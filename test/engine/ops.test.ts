import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import type { TensorFunction, Tensors } from '../../src/engine/engine.ts';
import { batchNormTraining } from '../../src/engine/ops/batch-norm.ts';
import { conv2dPad } from '../../src/engine/ops/conv2d-pad.ts';
import { depthwiseConv2dPad } from '../../src/engine/ops/depthwise-conv2d-pad.ts';
import { maxPoolPad } from '../../src/engine/ops/max-pool-pad.ts';
import { logSoftmax, softmax, softmaxCrossEntropy } from '../../src/engine/ops/softmax.ts';
import { agree, cpu, difference } from './agree.ts';
import { real } from './tensors.ts';

type T = tf.Tensor;

describe('conv2dPad', () => {
  test('pads both sides of the image, as PyTorch does, where `same` at stride 2 pads one', async () => {
    const { padded, same } = await agree(
      ({ x, w }) => ({
        padded: conv2dPad(x as tf.Tensor4D, w as tf.Tensor4D, 2, 1),
        same: tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same'),
      }),
      {
        x: { shape: [1, 4, 4, 1], data: Float32Array.from({ length: 16 }, (_, index) => index) },
        w: { shape: [3, 3, 1, 1], data: Float32Array.from({ length: 9 }, (_, index) => index + 1) },
      },
    );
    // Checked with PyTorch 1.13 (conv2d of the same numbers, padding=1) and with TensorFlow's SAME.
    expect([...(padded?.data ?? [])]).toEqual([83, 178, 330, 528]);
    expect([...(same?.data ?? [])]).toEqual([303, 225, 253, 163]);
  });
});

describe('depthwiseConv2dPad', () => {
  test('is conv2dPad of each channel, at both strides and on sides of any length', async () => {
    const inputs = { x: real([2, 5, 4, 3], 1), w: real([3, 3, 3, 1], 2) };
    for (const stride of [1, 2] as const) {
      const { depthwise, channels } = await agree(({ x, w }) => {
        const [images, filters] = [tf.split(x as T, 3, 3), tf.split(w as T, 3, 2)];
        return {
          depthwise: depthwiseConv2dPad(x as tf.Tensor4D, w as tf.Tensor4D, stride),
          channels: tf.concat(
            images.map((image, c) => conv2dPad(image as tf.Tensor4D, filters[c] as tf.Tensor4D, stride, 1)),
            3,
          ),
        };
      }, inputs);
      expect(depthwise?.shape).toEqual(stride === 1 ? [2, 5, 4, 3] : [2, 3, 2, 3]);
      if (!channels) throw new Error('No result');
      expect(difference(depthwise, channels)).toBeLessThan(1e-6);
    }
  });
});

describe('maxPoolPad', () => {
  test('takes windows that reach over all sides, and passes a gradient to the greatest pixel of each', async () => {
    const x = {
      shape: [1, 4, 4, 1],
      data: Float32Array.of(3, 1, 0, 2, 9, 4, 8, 7, 5, 6, 11, 10, 0, 12, 13, 1),
    };
    const { pooled, slope } = await agree(
      ({ x }) => ({
        pooled: maxPoolPad(x as tf.Tensor4D, 3, 2, 1),
        slope: tf.grad((x) => maxPoolPad(x as tf.Tensor4D, 3, 2, 1).sum())(x as T),
      }),
      { x },
    );
    // Rows and columns 0 and 1, then 1 to 3: what padding adds is never greatest.
    expect([...(pooled?.data ?? [])]).toEqual([9, 8, 12, 13]);
    const greatest = [...x.data].map((value) => Number([9, 8, 12, 13].includes(value)));
    expect([...(slope?.data ?? [])]).toEqual(greatest);
  });
});

describe('batchNormTraining', () => {
  test('gives the numbers of PyTorch', async () => {
    const x = { shape: [4, 1], data: new Float32Array([0, 1, 2, 5]) };
    const { y, mean, variance } = await agree(
      ({ x }) => ({ ...batchNormTraining(x as T, tf.ones([1]), tf.zeros([1]), 1e-5) }),
      { x },
    );
    const expected = [-1.06904344, -0.53452172, 0, 1.60356516];
    expected.forEach((value, index) => {
      expect(y?.data[index]).toBeCloseTo(value, 6);
    });
    expect(mean?.data[0]).toBe(2);
    expect(variance?.data[0]).toBe(3.5);
  });

  test('has the gradient of the formula differentiated op by op, once and twice', async () => {
    const formula = (x: T, gamma: T, beta: T) => {
      const mean = x.mean([0, 1, 2]);
      const variance = x.sub(mean).square().mean([0, 1, 2]);
      return x
        .sub(mean)
        .mul(tf.rsqrt(variance.add(1e-5)))
        .mul(gamma)
        .add(beta);
    };
    const closed = (x: T, gamma: T, beta: T) =>
      batchNormTraining(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-5).y;
    const all = (fn: typeof formula): TensorFunction => {
      return ({ x, gamma, beta, slope }) => {
        const at = [x as T, gamma as T, beta as T];
        const value = (...args: T[]) =>
          fn(...(args as [T, T, T]))
            .mul(slope as T)
            .square()
            .sum() as tf.Scalar;
        const once = tf.grads(value)(at);
        const twice = tf.grads((...args: T[]) => {
          const [dx] = tf.grads(value)(args);
          return (dx as T).square().sum() as tf.Scalar;
        })(at);
        return Object.fromEntries([...once, ...twice].map((gradient, index) => [`g${index}`, gradient]));
      };
    };
    const inputs = {
      x: real([3, 2, 2, 3], 1),
      gamma: real([3], 2, 0.5, 1.5),
      beta: real([3], 3),
      slope: real([3, 2, 2, 3], 4),
    };
    const expected = await cpu.compile('formula', all(formula)).run(inputs);
    const actual = await agree(all(closed), inputs, 1e-4);
    close(actual, expected, 1e-4);
  });
});

describe('softmax and cross entropy', () => {
  const inputs = { z: real([4, 3], 5), w: real([3, 3], 6), q: real([4, 3], 7, 0.1, 1) };

  test('the first gradient of cross entropy is softmax minus labels', async () => {
    const { gradient, expected } = await agree(({ z, q }) => {
      const labels = softmax(q as tf.Tensor2D);
      const gradient = tf.grad((z: T) => softmaxCrossEntropy(z as tf.Tensor2D, labels).sum())(z as T);
      return { gradient, expected: tf.softmax(z as T).sub(labels) };
    }, inputs);
    if (!gradient || !expected) throw new Error('no gradient');
    close({ gradient }, { gradient: expected }, 1e-6);
  });

  test('cross entropy gives known numbers', async () => {
    const logits = { shape: [2, 4], data: new Float32Array([3, 1, 0.5, -1, 1, 2, 0, -1]) };
    const labels = { shape: [2, 4], data: new Float32Array([1, 0, 0, 0, 1, 0, 0, 0]) };
    const { loss } = await agree(
      ({ logits, labels }) => ({ loss: softmaxCrossEntropy(logits as tf.Tensor2D, labels as tf.Tensor2D) }),
      { logits, labels },
    );
    // Computed with PyTorch in double precision.
    expect(loss?.data[0]).toBeCloseTo(0.21166668, 6);
    expect(loss?.data[1]).toBeCloseTo(1.4401897, 6);
  });

  /** The squared length of a gradient: differentiating it again needs the second derivative. */
  const lengths: Record<string, (z: T, w: T, q: T) => T> = {
    softmax: (z, w, q) => softmax(z.matMul(w)).mul(q).sum(),
    logSoftmax: (z, w, q) => logSoftmax(z.matMul(w)).mul(q).sum(),
    'cross entropy': (z, w, q) =>
      softmaxCrossEntropy(z.matMul(w) as tf.Tensor2D, q.div(q.sum(-1, true)) as tf.Tensor2D).sum(),
    'cross entropy with labels that depend on the weights': (z, w, q) =>
      softmaxCrossEntropy(z.matMul(w) as tf.Tensor2D, softmax(q.matMul(w)) as tf.Tensor2D).sum(),
  };
  test.each(Object.entries(lengths))('%s is right under double differentiation', async (_, fn) => {
    const step: TensorFunction = ({ z, w, q }) => {
      const length = (w: T) =>
        tf
          .grad((z: T) => fn(z, w, q as T))(z as T)
          .square()
          .sum();
      return { length: length(w as T), slope: tf.grad(length)(w as T) };
    };
    const { slope } = await agree(step, inputs, 1e-4);
    const compiled = cpu.compile('step', step);
    const h = 2e-3;
    for (const [index, expected] of (slope?.data ?? []).entries()) {
      const at = async (change: number) => {
        const data = Float32Array.from(inputs.w.data);
        data[index] = (data[index] ?? 0) + change;
        return (await compiled.run({ ...inputs, w: { shape: [3, 3], data } })).length?.data[0] ?? Number.NaN;
      };
      const measured = ((await at(h)) - (await at(-h))) / (2 * h);
      expect(Math.abs(measured - expected)).toBeLessThan(2e-3);
    }
    expect(Math.hypot(...(slope?.data ?? []))).toBeGreaterThan(0.01);
  });
});

test('SGD with momentum and weight decay gives the numbers of PyTorch', async () => {
  const step: TensorFunction = ({ w, m }) => {
    const gradient = tf
      .grad((w: T) => w.square().sum())(w as T)
      .add((w as T).mul(5e-4));
    const velocity = (m as T).mul(0.9).add(gradient);
    return { w: (w as T).sub(velocity.mul(0.1)), m: velocity };
  };
  let current: Tensors = {
    w: { shape: [], data: new Float32Array([1]) },
    m: { shape: [], data: new Float32Array([0]) },
  };
  for (const expected of [0.79995, 0.4598750025, 0.06180951]) {
    current = await agree(step, current, 1e-6);
    expect(current.w?.data[0]).toBeCloseTo(expected, 6);
  }
});

function close(actual: Tensors, expected: Tensors, tolerance: number): void {
  for (const [name, { data }] of Object.entries(expected)) {
    data.forEach((value, index) => {
      const gap = Math.abs(value - (actual[name]?.data[index] ?? Number.NaN));
      expect(gap / Math.max(1, Math.abs(value)), `${name}[${index}]`).toBeLessThanOrEqual(tolerance);
    });
  }
}
