import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Engine, HostTensor, TensorFunction, Tensors } from '../../../src/engine/engine.ts';
import { createOnnxEngine } from '../../../src/engine/onnx/engine.ts';
import { softmaxCrossEntropy } from '../../../src/engine/ops/softmax.ts';
import { attack } from '../../../src/learn/attack/attack.ts';
import { pgd } from '../../../src/learn/attack/pgd.ts';
import { synthetic } from '../../../src/learn/data/synthetic.ts';
import { withGradients } from '../../../src/learn/loss/gradients.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { rank2, rank4 } from '../../../src/learn/model/rank.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { train } from '../../../src/learn/train/train.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu } from '../calculate.ts';
import { families } from '../families.ts';
import { oneHot } from '../toys.ts';
import { toyTraining } from '../train/toy-training.ts';

const steps = 20;
const shape = [8, 8, 3] as const;
const pixels = 8 * 8 * 3;
const count = 16;
const data = synthetic({ train: 96, test: count, shape, classes: 4, seed: 5, noise: 25 });
const labels = oneHot([...data.test.labels], 4);
const examples = Array.from({ length: count }, (_, index) => index);

// Where rounding may turn the sign of a gradient, so that engines may part: a tie.
const ties = {
  /** Engines agree on a gradient to a part of its greatest element: none that is smaller has a certain sign. */
  part: 1e-5,
  /**
   * A gradient jumps where the input of a ReLU crosses 0, and rounding may put it on either side. The reference's own
   * gradient then has both signs within this radius of the image, a thousandth of an attack's step.
   */
  radius: 1e-5,
  /** Images that are looked at within the radius. */
  samples: 8,
};

// Of 8 × 8 images the stem and the pool of ImageNet leave 2 × 2: a quarter of the pixels begins with a tied sign, and the
// comparison would say nothing. The gradients themselves are compared in test/learn/model.
const compared = Object.entries(families({ inputShape: shape, classes: 4 })).filter(
  ([name]) => !name.includes('ImageNet'),
);

describe.each(compared)('PGD-20 on %s, compiled', async (_, model) => {
  // A model that is surer than smoothed labels leave it has less gradient than float32 resolves: softmax - labels is
  // known to 6e-8, and of an example of loss 3e-5 engines then agree on the gradient to no more than a hundredth.
  const { last: weights } = await train(
    toyTraining(standard({ labelSmoothing: 0.2 }), {
      // Always the same engine, so that each tested one attacks the same weights.
      engine: createOnnxEngine({ threads: 1 }),
      model,
      dataset: data.train,
      epochs: 12,
    }),
  );
  const [expected, actual] = [await attacked(cpu, model, weights), await attacked(onnx, model, weights)];
  const parted = examples.filter((example) => isParted(expected.iterates, actual.iterates, example));

  it('steps where the reference does, but for pixels of tied signs, one in a thousand at most', async () => {
    expect([expected, actual].map(({ iterates }) => iterates.length)).toEqual([steps + 1, steps + 1]);
    const turned: { step: number; pixel: number }[] = [];
    for (let step = 0; step < steps; step += 1) {
      const together = examples.filter((one) =>
        isSame(at(expected.iterates, step), at(actual.iterates, step), one),
      );
      const [there, here] = [at(expected.iterates, step + 1), at(actual.iterates, step + 1)];
      for (const pixel of there.data.keys()) {
        const differs = there.data[pixel] !== here.data[pixel];
        if (differs && together.includes(Math.floor(pixel / pixels))) turned.push({ step, pixel });
      }
    }
    const starts = await tiedSigns(model, weights, at(expected.iterates, 0));
    // Were most signs tied, the rest of this test would say nothing.
    expect(starts.filter(Boolean).length / starts.length).toBeLessThan(0.02);
    for (const step of new Set(turned.map((one) => one.step))) {
      const tied = await tiedSigns(model, weights, at(expected.iterates, step));
      for (const { pixel } of turned.filter((one) => one.step === step)) expect(tied[pixel]).toBe(true);
    }
    expect(turned.length / (steps * count * pixels)).toBeLessThan(1e-3);
  });

  it('ends at the perturbations of the reference, bit for bit, where no tie parted them', () => {
    expect(parted.length).toBeLessThanOrEqual(count / 8);
    const [there, here] = [adversarial(expected.examples), adversarial(actual.examples)];
    for (const example of examples.filter((one) => !parted.includes(one))) {
      expect(pixelsOf(here, example)).toEqual(pixelsOf(there, example));
    }
  });

  it('finds the same examples right and wrong as the reference, clean and attacked', () => {
    for (const name of ['cleanCorrect', 'robustCorrect', 'predicted']) {
      expect(actual.examples[name]).toEqual(expected.examples[name]);
    }
    expect(expected.robustAccuracy).toBeGreaterThan(0);
    expect(expected.robustAccuracy).toBeLessThan(expected.cleanAccuracy);
  });
});

async function attacked(engine: Engine, model: Model, weights: Tensors) {
  const { engine: own, iterates } = watched(engine);
  const builder = pgd({ epsilon: 0.08, steps });
  const options = { model, weights, attack: builder, dataset: data.test, batchSize: count, seed: 4 };
  return { ...(await attack({ ...options, engine: own, keepImages: true })), iterates };
}

/** The engine, and the images from which it took an attack's steps, in order. */
function watched(engine: Engine): { engine: Engine; iterates: HostTensor[] } {
  const iterates: HostTensor[] = [];
  const compile: Engine['compile'] = (name, ...rest) => {
    const compiled = engine.compile(name, ...rest);
    const run = (inputs: Tensors) => {
      if (name.startsWith('attack/step') && inputs.images) iterates.push(inputs.images);
      return compiled.run(inputs);
    };
    return { ...compiled, run };
  };
  return { engine: { ...engine, compile }, iterates };
}

/** Whether the sign of the gradient is tied, pixel by pixel. */
async function tiedSigns(model: Model, weights: Tensors, images: HostTensor): Promise<boolean[]> {
  const slopes = await gradientAt(model, weights, images);
  const greatest = examples.map((example) => Math.max(...pixelsOf(slopes, example).map(Math.abs)));
  const tied = Array.from(slopes.data, (slope, pixel) => {
    return Math.abs(slope) <= ties.part * (greatest[Math.floor(pixel / pixels)] ?? Number.NaN);
  });
  for (let sample = 0; sample < ties.samples; sample += 1) {
    const noise = stream(1, 'test/nearby', sample).uniform(images.data.length, -ties.radius, ties.radius);
    const near = Float32Array.from(images.data, (value, index) => value + (noise[index] ?? 0));
    const others = await gradientAt(model, weights, { shape: images.shape, data: near });
    for (const [pixel, slope] of slopes.data.entries()) {
      if (Math.sign(others.data[pixel] ?? Number.NaN) !== Math.sign(slope)) tied[pixel] = true;
    }
  }
  return tied;
}

/** The reference's gradient of the attack's objective. */
async function gradientAt(model: Model, weights: Tensors, images: HostTensor): Promise<HostTensor> {
  const gradient: TensorFunction = ({ images, labels, ...tensors }) => {
    if (!images || !labels) throw new Error('No inputs');
    const loss = () => {
      const { logits } = model.forward(tensors, rank4(images), 'eval');
      return { value: tf.sum(softmaxCrossEntropy(logits, rank2(labels))), results: {} };
    };
    return withGradients(loss, { images }).gradients;
  };
  const { images: slopes } = await cpu.compile('test', gradient).run({ ...weights, images, labels });
  if (!slopes) throw new Error('No gradient');
  return slopes;
}

function isParted(some: readonly HostTensor[], others: readonly HostTensor[], example: number): boolean {
  return some.some((images, step) => !isSame(images, at(others, step), example));
}

function isSame(a: HostTensor, b: HostTensor, example: number): boolean {
  const others = pixelsOf(b, example);
  return pixelsOf(a, example).every((pixel, index) => pixel === others[index]);
}

function pixelsOf({ data }: HostTensor, example: number): number[] {
  return [...data.slice(example * pixels, (example + 1) * pixels)];
}

function adversarial(examples: Tensors): HostTensor {
  const { adversarial } = examples;
  if (!adversarial) throw new Error('No images were kept');
  return adversarial;
}

function at(iterates: readonly HostTensor[], step: number): HostTensor {
  const images = iterates[step];
  if (!images) throw new Error(`No step ${step} was taken`);
  return images;
}
