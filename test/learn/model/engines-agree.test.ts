import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Engine, HostTensor, TensorFunction, Tensors } from '../../../src/engine/engine.ts';
import { softmaxCrossEntropy } from '../../../src/engine/ops/softmax.ts';
import { withGradients } from '../../../src/learn/loss/gradients.ts';
import { rank2, rank4 } from '../../../src/learn/model/rank.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { start } from '../../../src/learn/train/current.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { trainingStep } from '../../../src/learn/train/step.ts';
import { onnx, relativeDifference } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { families, usedWeights } from '../families.ts';
import { oneHot } from '../toys.ts';

const settings = {
  inputShape: [8, 8, 3],
  classes: 4,
  normalise: { mean: [0.5, 0.4, 0.45], std: [0.25, 0.2, 0.3] },
} as const;
const batch = {
  images: float32([8, 8, 8, 3], stream(1, 'test/images').uniform(8 * 192, 0, 1)),
  labels: oneHot([0, 1, 2, 3, 2, 1, 0, 3], 4),
};

describe.each(Object.entries(families(settings)))('%s, compiled', (_, model) => {
  const weights = usedWeights(model);

  it('has the loss, the new statistics and each gradient of the reference in train mode, to 1e-4 of its largest element', async () => {
    // Without decay, the velocity after a first step is the gradient.
    const optimiser = { momentum: 0.9, weightDecay: 0, decay: 'all', nesterov: false } as const;
    const step = async (engine: Engine) => {
      const method = standard()({ engine, model });
      const { tensors } = start(model, method, weights, 0, 8);
      const compiled = engine.compile('test', trainingStep(method, optimiser));
      const outputs = await compiled.run({ ...tensors, ...batch, learningRate: float32([], [0.1]) });
      await compiled.dispose();
      return outputs;
    };
    const [expected, actual] = [await step(cpu), await step(onnx)];
    const gradients = Object.keys(expected).filter((name) => name.startsWith('velocity/'));
    expect(gradients).toHaveLength(model.parameters.length);
    expectAgreement(actual, expected);
  });

  it("has the reference's gradient of the images in eval mode, with its weights given or fixed", async () => {
    const gradient: TensorFunction = ({ images, labels, ...tensors }) => {
      if (!images || !labels) throw new Error('No inputs');
      return withGradients(
        () => {
          const { logits } = model.forward(tensors, rank4(images), 'eval');
          return { value: tf.sum(softmaxCrossEntropy(logits, rank2(labels))), results: {} };
        },
        { images },
      ).gradients;
    };
    const expected = await cpu.compile('test', gradient).run({ ...weights, ...batch });
    expectAgreement(await onnx.compile('test', gradient).run({ ...weights, ...batch }), expected);
    expectAgreement(await onnx.compile('test', gradient, { fixed: weights }).run(batch), expected);
  });
});

/**
 * In a MobileNet what the last batch norms of a block add to a channel is taken away again by the batch norms after the
 * 1×1 convolutions that follow, so that the slope of these biases is 0, and engines give what their rounding leaves.
 */
const taken = /^velocity\/model\/layers\.\d+\.(bn3|shortcut\.1)\.bias$/;

function expectAgreement(actual: Tensors, expected: Tensors): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, tensor] of Object.entries(expected)) {
    if (taken.test(name)) {
      for (const engine of [actual, expected]) expect(greatest(engine[name]), name).toBeLessThan(1e-5);
      continue;
    }
    expect(greatest(tensor), name).toBeGreaterThan(0);
    expect(relativeDifference(actual[name], tensor), name).toBeLessThanOrEqual(1e-4);
  }
}

function greatest(tensor: HostTensor | undefined): number {
  return Math.max(...Array.from(tensor?.data ?? [Number.NaN], Math.abs));
}
