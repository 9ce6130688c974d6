import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { PbfReader } from 'pbf';
import { describe, expect, test } from 'vitest';
import type { TensorFunction, Tensors } from '../../src/engine/engine.ts';
import { exportModel } from '../../src/engine/onnx/export.ts';

type T = tf.Tensor;

const weight = { shape: [3, 2], data: Float32Array.from([1, 2, 3, 4, 5, 6]) };
const labels = {
  title: 'test',
  description: 'A test.',
  version: '1.2.3',
  metadata: { 'retable.cell': 'm[seed=1]' },
};

function exported(fn: TensorFunction, fixed: Tensors = { weight }): Promise<Uint8Array> {
  return exportModel('test', fn, { inputs: { x: { shape: [3], dtype: 'float32' } }, fixed, labels });
}

const product: TensorFunction = ({ x, weight }) => ({ y: tf.matMul(x as T, tf.mul(weight as T, 2)) });

describe('an exported function', () => {
  test('names its inputs and outputs, and leaves the extent of the batch open', async () => {
    const session = await InferenceSession.create(await exported(product));
    expect(session.inputMetadata).toMatchObject([{ name: 'x', type: 'float32', shape: ['batch', 3] }]);
    expect(session.outputMetadata).toMatchObject([{ name: 'y', type: 'float32', shape: ['batch', 2] }]);
    for (const batch of [1, 4]) {
      const x = new Tensor('float32', new Float32Array(3 * batch).fill(1), [batch, 3]);
      const { y } = await session.run({ x });
      expect(y?.dims).toEqual([batch, 2]);
      expect(Array.from(y?.data as Float32Array).slice(-2)).toEqual([18, 24]);
    }
  });

  test('holds what is made of constants alone as a tensor', async () => {
    const file = Buffer.from(await exported(product));
    expect(file.toString('latin1')).toContain('MatMul');
    expect(file.toString('latin1')).not.toMatch(/(?<!Mat)Mul/);
    expect(file.includes(Buffer.from(Float32Array.from([2, 4, 6, 8, 10, 12]).buffer))).toBe(true);
  });

  test('says who made it of what, and asks for no operators beside the standard ones', async () => {
    const file = Buffer.from(await exported(product));
    for (const word of ['1.2.3', 'A test.', 'retable.cell', 'm[seed=1]'])
      expect(file.includes(word), word).toBe(true);
    expect(file.includes('com.microsoft')).toBe(false);
  });

  test('is written in operator set 13 and IR version 7, for readers of every age', async () => {
    const versions: number[] = [];
    const pbf = new PbfReader(await exported(product));
    pbf.readFields<unknown>((field) => {
      if (field === 1) versions.push(pbf.readVarint());
      // OperatorSetIdProto: its domain is not written where it is that of the standard.
      if (field === 8)
        pbf.readMessage<unknown>((inner) => void (inner === 2 && versions.push(pbf.readVarint())), undefined);
    }, undefined);
    expect(versions.sort((a, b) => a - b)).toEqual([7, 13]);
  });

  test.each(['sum', 'mean', 'max', 'min', 'prod'] as const)('takes the %s along axes', async (reduction) => {
    const fn: TensorFunction = ({ x }) => ({ y: tf.exp(x as T)[reduction](1, true) });
    const session = await InferenceSession.create(await exported(fn));
    const { y } = await session.run({ x: new Tensor('float32', new Float32Array(6), [2, 3]) });
    expect(y?.dims).toEqual([2, 1]);
    expect(Array.from(y?.data as Float32Array)).toEqual(Array(2).fill(reduction === 'sum' ? 3 : 1));
  });

  test('may give each example another shape', async () => {
    const fn: TensorFunction = ({ x }) => ({
      y: tf.reshape(tf.exp(x as T), [(x as T).shape[0] ?? 0, 1, 3, 1]),
    });
    const session = await InferenceSession.create(await exported(fn));
    const { y } = await session.run({ x: new Tensor('float32', new Float32Array(15), [5, 3]) });
    expect(y?.dims).toEqual([5, 1, 3, 1]);
  });

  test('may be without anything fixed', async () => {
    const session = await InferenceSession.create(await exported(({ x }) => ({ y: (x as T).exp() }), {}));
    const { y } = await session.run({ x: new Tensor('float32', new Float32Array(3), [1, 3]) });
    expect(y?.data).toEqual(Float32Array.of(1, 1, 1));
  });
});

describe('a function is refused', () => {
  const bound: Record<string, TensorFunction> = {
    'whose result is one for the whole batch': ({ x }) => ({ y: (x as T).sum(0) }),
    'that divides by the size of the batch': ({ x }) => ({ y: (x as T).div((x as T).shape[0] ?? 0) }),
    'that makes the batch and another axis one': ({ x }) => ({
      y: tf.reshape(tf.softmax(tf.reshape(x as T, [(x as T).size])), (x as T).shape),
    }),
  };
  for (const [title, fn] of Object.entries(bound)) {
    test(title, async () => {
      await expect(exported(fn)).rejects.toMatchObject({
        reason: 'not-exportable',
        message: expect.stringContaining('batch'),
      });
    });
  }

  test('that needs an operator of onnxruntime alone', async () => {
    const wide = { weight: { shape: [2, 3], data: weight.data } };
    const fn: TensorFunction = ({ x, weight }) => ({
      y: tf.matMul(
        tf.exp(x as T),
        tf.exp(
          (x as T)
            .sum(0, true)
            .mul(0)
            .add(weight as T),
        ),
        false,
        true,
      ),
    });
    await expect(exported(fn, wide)).rejects.toMatchObject({
      reason: 'not-exportable',
      message: expect.stringContaining('which only onnxruntime has'),
    });
  });
});
