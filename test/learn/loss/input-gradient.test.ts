import { describe, expect, it } from 'vitest';
import { inputGradient } from '../../../src/learn/loss/input-gradient.ts';
import { rank2, rank4 } from '../../../src/learn/model/rank.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32, greatestDifference } from '../calculate.ts';
import { oneHot, threeClasses } from '../toys.ts';

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s, the input gradient', (_, engine) => {
  it('is that of the probability of the true class, not of the loss', async () => {
    const compiled = engine.compile('test', ({ images, labels, ...weights }) => {
      if (!images || !labels) throw new Error('No batch');
      const forward = (x: ReturnType<typeof rank4>) => threeClasses.model.forward(weights, x, 'eval');
      const { gradient, logits } = inputGradient(forward, rank4(images), rank2(labels));
      return { gradient, logits };
    });
    const { gradient, logits } = await compiled.run({
      images: float32([1, 1, 1, 3], threeClasses.x),
      labels: oneHot([0], 3),
      ...threeClasses.weights,
    });
    // robustness.md, section 6, item 9: ∇ CE = (-0.487, 1.331, -0.267) at CE 0.68660423, and p = e^-CE, so ∇p = -p ∇CE.
    const p = Math.exp(-0.68660423);
    const expected = [-0.48739537, 1.33079575, -0.26700375].map((slope) => -p * slope);
    expect(greatestDifference(gradient?.data ?? [], expected)).toBeLessThan(1e-6);
    expect(greatestDifference(logits?.data ?? [], [0.75, 0.35, -0.4])).toBeLessThan(1e-6);
  });
});
