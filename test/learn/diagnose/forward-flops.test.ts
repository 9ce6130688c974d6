import { expect, it } from 'vitest';
import { forwardFlops } from '../../../src/learn/diagnose/forward-flops.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { cpu } from '../calculate.ts';
import { usedWeights } from '../families.ts';

/** Multiply-adds of a convolution of k × k on `size` × `size` places. */
const conv = (size: number, k: number, inputs: number, outputs: number) =>
  size ** 2 * k ** 2 * inputs * outputs;

it('a ResNet-18 for CIFAR takes 0.5554 billion multiply-adds forward, as its layers say', async () => {
  // He et al. 2016, with the stem of 3 × 3 for images of 32 × 32.
  const stage = (size: number, inputs: number, outputs: number) =>
    conv(size, 3, inputs, outputs) +
    3 * conv(size, 3, outputs, outputs) +
    (inputs === outputs ? 0 : conv(size, 1, inputs, outputs));
  const layers =
    conv(32, 3, 3, 64) +
    stage(32, 64, 64) +
    stage(16, 64, 128) +
    stage(8, 128, 256) +
    stage(4, 256, 512) +
    512 * 10;
  expect(layers / 1e9).toBeCloseTo(0.5554, 4);
  const model = createModel('resnet-18', { inputShape: [32, 32, 3], classes: 10 });
  expect(await forwardFlops(cpu, model, usedWeights(model))).toBe(2 * layers);
});
