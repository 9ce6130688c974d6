import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import type { TensorFunction, Tensors } from '../../src/engine/engine.ts';
import { cpu, onnx } from './agree.ts';

const vector = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });
const values = (tensors: Tensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]));

/** Swaps a and b and adds x to one of them, counts, and leaves `still` as it is. */
const swap: TensorFunction = ({ a, b, count, still, x, double }) => {
  if (!a || !b || !count || !still || !x) throw new Error('an input is missing');
  const next = tf.add(b, double ? tf.mul(x, double) : x);
  return {
    a: next,
    b: a,
    count: tf.add(count, tf.scalar(1, 'int32')),
    sum: tf.sum(tf.add(next, still)),
    still,
  };
};

const state = {
  a: vector(1, 2),
  b: vector(10, 20),
  count: { shape: [], data: Int32Array.of(0) },
  still: vector(0.5, 0.5),
};

describe.each([
  ['cpu', cpu],
  [onnx.identity.name, onnx],
])('a step of the engine %s', (_, engine) => {
  test('changes its state from run to run, and gives the other outputs', async () => {
    const step = engine.compileStep('swap', swap);
    await step.set(state);
    expect(values(await step.run({ x: vector(100, 200) }))).toEqual({ sum: [331] });
    expect(values(await step.run({ x: vector(1, 1) }))).toEqual({ sum: [6] });
    expect(values(await step.get())).toEqual({ a: [2, 3], b: [110, 220], count: [2], still: [0.5, 0.5] });
    expect(values(await step.get(['b']))).toEqual({ b: [110, 220] });
    await step.dispose();
  });

  test('gives back a state that was set and not used yet, and takes another one at any time', async () => {
    const step = engine.compileStep('swap', swap);
    await step.set(state);
    expect(await step.get()).toEqual(state);
    await step.run({ x: vector(0, 0) });
    await step.set({ ...state, a: vector(7, 7) });
    await step.run({ x: vector(0, 0) });
    expect(values(await step.get(['a', 'b']))).toEqual({ a: [10, 20], b: [7, 7] });
    await step.dispose();
  });

  test('has one state for inputs of all shapes and names', async () => {
    const step = engine.compileStep('swap', swap);
    await step.set(state);
    await step.run({ x: vector(1, 1) });
    await step.run({ x: vector(1) });
    await step.run({ x: vector(1, 1), double: vector(2, 2) });
    await step.run({ x: vector(1, 1) });
    expect(values(await step.get())).toEqual({ a: [3, 4], b: [13, 23], count: [4], still: [0.5, 0.5] });
    await step.dispose();
  });

  test('does not change a state that was read before', async () => {
    const step = engine.compileStep('swap', swap);
    await step.set(state);
    await step.run({ x: vector(1, 1) });
    const before = await step.get();
    const kept = values(before);
    await step.run({ x: vector(1, 1) });
    expect(values(before)).toEqual(kept);
    await step.dispose();
  });

  test('counts the same FLOPs as a function of state and inputs', async () => {
    const product: TensorFunction = ({ w, x }) => ({ w: tf.matMul(w as tf.Tensor, x as tf.Tensor) });
    const square = { shape: [2, 2], data: new Float32Array(4) };
    const step = engine.compileStep('product', product);
    await step.set({ w: square });
    expect(await step.flops({ x: square })).toBe(16);
    await step.dispose();
  });
});
