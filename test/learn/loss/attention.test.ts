import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { attentionLoss, attentionMap } from '../../../src/learn/loss/attention.ts';
import { onnx } from '../../engine/agree.ts';
import { calculate, cpu, greatestDifference } from '../calculate.ts';

/** robustness.md, section 6, item 20: 1 … 8 of shape [1, 2, 2, 2], channels first there and last here. */
const activation = () => tf.tensor4d([1, 5, 2, 6, 3, 7, 4, 8], [1, 2, 2, 2]);

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s, attention maps', (_, engine) => {
  it('and their loss have the values of robustness.md, section 6, item 20', async () => {
    const map = await calculate(() => attentionMap(activation()), engine);
    expect(greatestDifference(map, [0.23695185, 0.36454131, 0.5285849, 0.72908262])).toBeLessThan(1e-6);
    const [loss] = await calculate(() => attentionLoss(activation(), tf.ones([1, 2, 2, 2])), engine);
    expect(loss).toBeCloseTo(0.03520983, 6);
  });

  it('do not depend on the scale or the number of channels', async () => {
    const [scaled] = await calculate(() => attentionLoss(activation().mul(7), activation()), engine);
    expect(scaled).toBeLessThan(1e-10);
    const [twice] = await calculate(
      () => attentionLoss(tf.concat([activation(), activation()], 3), activation()),
      engine,
    );
    expect(twice).toBeLessThan(1e-10);
  });

  it('of a block without any activation have finite gradients', async () => {
    const gradient = await calculate(
      () => tf.grad((a) => attentionLoss(a as tf.Tensor4D, activation()))(tf.zeros([1, 2, 2, 2])),
      engine,
    );
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});
