import * as tf from '@tensorflow/tfjs';
import type { Tensors } from '../../src/engine/engine.ts';
import { zeros } from '../../src/learn/model/init.ts';
import type { Model } from '../../src/learn/model/model.ts';
import { rank1, rank2 } from '../../src/learn/model/rank.ts';
import { float32 } from './calculate.ts';

// Models small enough to know everything about them, as images of one pixel with `inputs` channels.

function specs(weights: Tensors) {
  return Object.entries(weights).map(([name, { shape }]) => ({ name, shape, init: zeros }));
}

function toy(
  inputs: number,
  classes: number,
  weights: Tensors,
  logits: (x: tf.Tensor2D, w: Named) => tf.Tensor2D,
) {
  const model: Model = {
    name: 'toy',
    inputShape: [1, 1, inputs],
    classes,
    parameters: specs(weights),
    state: [],
    taps: [],
    forward: (tensors, images) => ({
      logits: logits(tf.reshape(images, [-1, inputs]), tensors),
      taps: [],
      state: {},
    }),
  };
  return { model, weights };
}

type Named = Readonly<Record<string, tf.Tensor>>;

function read(tensors: Named, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new Error(name);
  return tensor;
}

/** logits = W x + b. @param matrix one row a class */
export function linear(matrix: number[][], bias: number[]) {
  const [classes, inputs] = [matrix.length, matrix[0]?.length ?? 0];
  const weights = { w: float32([classes, inputs], matrix.flat()), b: float32([classes], bias) };
  return toy(inputs, classes, weights, (x, tensors) =>
    tf.add(tf.matMul(x, rank2(read(tensors, 'w')), false, true), rank1(read(tensors, 'b'))),
  );
}

/** Two classes of one pixel t, of the logits (f(t), 0): the first is right where f is above 0. */
export function landscape(f: (t: tf.Tensor2D) => tf.Tensor) {
  return toy(1, 2, { none: float32([1], [0]) }, (t, tensors) => {
    const logit = tf.add(f(t), read(tensors, 'none'));
    return tf.concat2d([rank2(logit), tf.zerosLike(t)], 1);
  });
}

/** robustness.md, section 6, item 5: f = w · x + b as the logits (f, 0). */
export const binary = {
  ...linear(
    [
      [0.5, -1, 0.25, 0],
      [0, 0, 0, 0],
    ],
    [0.2, 0],
  ),
  x: [0.8, 0.3, 0.5, 0.9],
  f: (x: ArrayLike<number>) => 0.5 * at(x, 0) - at(x, 1) + 0.25 * at(x, 2) + 0.2,
};

/** Item 9: three classes; the example of class 0 is robust for epsilon below 0.08 and not above. */
export const threeClasses = {
  ...linear(
    [
      [1, -2, 0.5],
      [0.5, 1, -1],
      [-1, 0, 2],
    ],
    [0.1, 0, -0.1],
  ),
  x: [0.9, 0.2, 0.3],
};

/** Item 12: a smooth net of 2 inputs, 3 tanh units and 4 classes. */
export const tanhNet = {
  ...toy(
    2,
    4,
    {
      w1: float32([3, 2], [2, -1.5, -1, 2.5, 1.5, 1]),
      b1: float32([3], [-0.3, 0.2, -0.8]),
      w2: float32([4, 3], [1.5, -1, 0.5, -1, 1.2, 0.8, 0.3, 0.4, -1.5, -0.5, 0.2, 0.1]),
      b2: float32([4], [0.1, 0, 0.2, -0.1]),
    },
    (x, tensors) => {
      const hidden = tf.tanh(
        tf.add(tf.matMul(x, rank2(read(tensors, 'w1')), false, true), rank1(read(tensors, 'b1'))),
      );
      return tf.add(tf.matMul(hidden, rank2(read(tensors, 'w2')), false, true), rank1(read(tensors, 'b2')));
    },
  ),
  x: [0.7, 0.2, 0.2, 0.8, 0.4, 0.5, 0.9, 0.9],
  labels: [0, 1, 1, 1],
  worstLoss: [0.99032247, 0.34862027, 0.76327931, 0.60578485],
  worstPoint: [0.6, 0.3, 0.1, 0.7, 0.5, 0.4, 1, 0.8],
  /** DLR losses that the reference implementation of APGD finds at epsilon 0.1. */
  worstDlr: [-0.7323115, -0.6607467, -0.7375582, -0.642353],
  /** Item 13: l∞ distances to the nearest misclassified points, from a dense grid. */
  minDistance: [0.121584, 0.436674, 0.178416, 0.269102],
};

export function oneHot(labels: readonly number[], classes: number) {
  const data = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    data[row * classes + label] = 1;
  });
  return { shape: [labels.length, classes], data };
}

function at(x: ArrayLike<number>, index: number): number {
  return x[index] ?? Number.NaN;
}
