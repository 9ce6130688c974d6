import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import type { TensorFunction, Tensors } from '../../src/engine/engine.ts';
import { agree, cpu, difference, onnx, relativeDifference } from './agree.ts';
import { attackStep, forward, initialise, labelsOf, type Net, trainStep } from './resnet.ts';
import { real } from './tensors.ts';

const relu: Net = { width: 3, classes: 4, activation: 'relu' };
const smooth: Net = { ...relu, activation: 'tanh' };
const batch = { x: real([5, 8, 8, 3], 77, 0, 1), labels: labelsOf(5, 4) };

function zeros(tensors: Tensors): Tensors {
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => [
    `m.${name}`,
    { shape, data: new Float32Array(data.length) },
  ]);
  return Object.fromEntries(entries);
}

test('one training step of a residual network agrees with the reference to 1e-4, parameter by parameter', async () => {
  const { params, state } = initialise(relu);
  const step = trainStep(relu, Object.keys(params), 0.1);
  const results = await agree(step, { ...params, ...state, ...zeros(params), ...batch }, 1e-4);
  // The momentum after the first step is the gradient; small ones must be as right as large ones.
  const expected = await cpu.compile('step', step).run({ ...params, ...state, ...zeros(params), ...batch });
  for (const name of Object.keys(params)) {
    const [got, want] = [results[`m.${name}`], expected[`m.${name}`]];
    if (!got || !want) throw new Error(name);
    expect(relativeDifference(got, want), name).toBeLessThanOrEqual(1e-4);
  }
});

test('one attack step in evaluation mode agrees with the reference, with weights fixed or given', async () => {
  const { params, state } = initialise(relu);
  const inputs = { ...batch, x0: batch.x };
  const given = await agree(attackStep(relu), { ...inputs, ...params, ...state });
  const fixed = await agree(attackStep(relu), inputs, 1e-5, { fixed: { ...params, ...state } });
  expect(difference(fixed.x, given.x ?? batch.x)).toBeLessThan(1e-5);
});

test('gradients of a smooth network are those of finite differences', async () => {
  const { params, state } = initialise(smooth);
  const names = ['stem', 's2.conv1', 's2.short', 's3.bn2.gamma', 's1.bn1.beta', 'dense'];
  const loss = (weights: Readonly<Record<string, tf.Tensor>>, x: tf.Tensor, labels: tf.Tensor) => {
    const { logits } = forward(smooth, weights, x, true);
    return tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)))) as tf.Scalar;
  };
  const both: TensorFunction = ({ x, labels, ...weights }) => {
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const changed = Object.fromEntries(names.map((name, index) => [name, tensors[index] as tf.Tensor]));
      return loss({ ...weights, ...changed }, x as tf.Tensor, labels as tf.Tensor);
    })(names.map((name) => weights[name] as tf.Tensor));
    return { value, ...Object.fromEntries(names.map((name, index) => [name, grads[index] as tf.Tensor])) };
  };
  const compiled = onnx.compile('both', both);
  const at = async (weights: Tensors) => compiled.run({ ...weights, ...state, ...batch });
  const gradients = await at(params);
  for (const name of names) {
    const { shape, data } = params[name] as { shape: number[]; data: Float32Array };
    // Along the gradient itself the slope is its length; there float32 has the most digits to show it.
    const slope = gradients[name]?.data as Float32Array;
    const length = Math.hypot(...slope);
    const moved = async (distance: number) => {
      const other = data.map((value, index) => value + (distance * (slope[index] ?? 0)) / length);
      return (await at({ ...params, [name]: { shape, data: other } })).value?.data[0] ?? Number.NaN;
    };
    const h = 4e-3;
    const measured = ((await moved(h)) - (await moved(-h))) / (2 * h);
    expect(Math.abs(measured - length) / length, name).toBeLessThan(1e-2);
  }
});

test('twenty steps of SGD stay with the reference', async () => {
  const { params, state } = initialise(smooth);
  const step = trainStep(smooth, Object.keys(params), 0.05);
  const run = async (compiled: { run(inputs: Tensors): Promise<Tensors> }) => {
    let current: Tensors = { ...params, ...state, ...zeros(params) };
    const losses: number[] = [];
    for (let index = 0; index < 20; index++) {
      const { loss, ...rest } = await compiled.run({ ...current, ...batch });
      losses.push(loss?.data[0] ?? Number.NaN);
      current = rest;
    }
    return { losses, current };
  };
  const [expected, actual] = [await run(cpu.compile('step', step)), await run(onnx.compile('step', step))];
  expect(expected.losses.at(-1)).toBeLessThan((expected.losses[0] ?? 0) / 2);
  actual.losses.forEach((loss, index) => {
    expect(Math.abs(loss - (expected.losses[index] ?? 0)), `step ${index}`).toBeLessThan(1e-4);
  });
  for (const name of Object.keys(params)) {
    expect(difference(actual.current[name], expected.current[name] ?? batch.x), name).toBeLessThan(1e-3);
  }
});
