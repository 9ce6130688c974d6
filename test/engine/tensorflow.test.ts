import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/choose.ts';
import type { TensorFunction } from '../../src/engine/engine.ts';
import { KERNELS as ONNX_KERNELS } from '../../src/engine/onnx/kernels/all.ts';
import { batchNormTraining } from '../../src/engine/ops/batch-norm.ts';
import { conv2dPad } from '../../src/engine/ops/conv2d-pad.ts';
import { encodeSavedModel } from '../../src/engine/tensorflow/encode.ts';
import { KERNELS } from '../../src/engine/tensorflow/kernels/all.ts';
import { optimise } from '../../src/engine/tensorflow/passes/optimise.ts';
import { trace } from '../../src/engine/tensorflow/trace.ts';
import { liveNodes } from '../../src/engine/trace/graph.ts';
import { isInstalled } from '../support/tensorflow.ts';
import { inChild } from './child.ts';
import { stepsDigest } from './steps-digest.ts';

type T = tf.Tensor;

const STEPS = stepsDigest('tensorflow', [16]);

/** The operators of the graph that TensorFlow gets. */
function operatorsOf(fn: TensorFunction, shapes: Record<string, number[]>): string[] {
  return nodesOf(fn, shapes).map(({ op }) => op);
}

function nodesOf(fn: TensorFunction, shapes: Record<string, number[]>) {
  const types = Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: 'float32' as const }]);
  const graph = optimise(trace('test', fn, Object.fromEntries(types)));
  const sources = ['Input', 'Constant', 'Expand'];
  return liveNodes(Object.values(graph.outputs)).filter(({ op }) => !sources.includes(op));
}

const convolution: TensorFunction = ({ x, w }) => {
  const [dx, dw] = tf.grads((x: T, w: T) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same').sum())([
    x as T,
    w as T,
  ]);
  return { dx: dx as T, dw: dw as T };
};

describe('a graph for TensorFlow', () => {
  test('has the gradients of a convolution as TensorFlow has them, with nothing around them', () => {
    const operators = operatorsOf(convolution, { x: [2, 8, 8, 3], w: [3, 3, 3, 4] });
    expect(operators.toSorted()).toEqual(['Conv2DBackpropFilter', 'Conv2DBackpropInput']);
  });

  test('leaves no gradient of a convolution to padding that oneDNN does not know', () => {
    const strided: TensorFunction = ({ x, w }) => {
      const conv = (x: T, w: T) =>
        conv2dPad(x as tf.Tensor4D, w as tf.Tensor4D, 2, 1)
          .square()
          .sum();
      const [dx, dw] = tf.grads(conv)([x as T, w as T]);
      return { dx: dx as T, dw: dw as T };
    };
    const gradients = nodesOf(strided, { x: [2, 8, 8, 3], w: [3, 3, 3, 4] }).filter(({ op }) =>
      /Backprop/.test(op),
    );
    expect(gradients.map(({ attributes }) => attributes.padding)).toEqual(['VALID', 'VALID']);
  });

  test('normalises a batch in one operator, with its gradient as another', () => {
    const norm: TensorFunction = ({ x, gamma, beta }) => {
      const value = (x: T) =>
        tf
          .relu(batchNormTraining(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-5).y)
          .square()
          .sum();
      return { dx: tf.grad(value)(x as T) };
    };
    const operators = operatorsOf(norm, { x: [2, 4, 4, 3], gamma: [3], beta: [3] });
    expect(operators.filter((op) => /Norm|Relu|Greater/.test(op))).toEqual([
      'FusedBatchNormV3',
      'Relu',
      'ReluGrad',
      'FusedBatchNormGradV3',
    ]);
  });

  test('normalises with given statistics channels-last', () => {
    const norm: TensorFunction = ({ x, m, v }) => ({
      y: tf.batchNorm4d(x as tf.Tensor4D, m as tf.Tensor1D, v as tf.Tensor1D),
    });
    expect(operatorsOf(norm, { x: [2, 4, 4, 3], m: [3], v: [3] })).not.toContain('Transpose');
  });

  test('is encoded in the same bytes each time', () => {
    const encoded = () => {
      const graph = optimise(
        trace('test', convolution, {
          x: { shape: [2, 8, 8, 3], dtype: 'float32' },
          w: { shape: [3, 3, 3, 4], dtype: 'float32' },
        }),
      );
      return Buffer.from(encodeSavedModel(liveNodes(Object.values(graph.outputs)))).toString('hex');
    };
    expect(encoded()).toBe(encoded());
  });

  test('can be traced from every kernel that the engine onnx has', () => {
    expect(Object.keys(KERNELS)).toEqual(expect.arrayContaining(Object.keys(ONNX_KERNELS)));
  });
});

describe.skipIf(!isInstalled)('the engine tensorflow', () => {
  test('refuses another number of threads in the same process, which could not be obeyed', async () => {
    await createEngine('tensorflow', { threads: 1 });
    await expect(createEngine('tensorflow', { threads: 2 })).rejects.toThrow(
      'runs with 1 threads in this process',
    );
  });

  test.each([1, 2])('gives the same bytes in two processes that each have %i threads', async (threads) => {
    const runs = [await inChild(STEPS, [String(threads)]), await inChild(STEPS, [String(threads)])];
    expect(runs[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(runs[1]).toBe(runs[0]);
  });
});
