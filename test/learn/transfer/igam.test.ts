import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../../src/engine/engine.ts';
import { inputGradient } from '../../../src/learn/loss/input-gradient.ts';
import { initialise } from '../../../src/learn/model/init.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { rank2, rank4 } from '../../../src/learn/model/rank.ts';
import { defaultSgd } from '../../../src/learn/optimise/sgd.ts';
import { start } from '../../../src/learn/train/current.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { batchInputs, trainingStep } from '../../../src/learn/train/step.ts';
import { train } from '../../../src/learn/train/train.ts';
import { discriminator } from '../../../src/learn/transfer/discriminator.ts';
import { igam } from '../../../src/learn/transfer/igam.ts';
import type { Teacher } from '../../../src/learn/transfer/teacher.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { igamDefaults } from '../defaults.ts';
import { usedWeights } from '../families.ts';
import { smoothNet } from '../smooth-net.ts';
import { oneHot } from '../toys.ts';
import {
  expectEnginesAgree,
  expectTrueGradient,
  lossValue,
  prepared,
  random,
  toy,
} from '../train/method-loss.ts';
import { toyModel, toyTraining } from '../train/toy-training.ts';

const teacher: Teacher = { model: toyModel, weights: usedWeights(toyModel, 9) };
const context = { engine: cpu, model: toyModel };
const still = { ...igamDefaults, inputNoise: 0 };
const late = { step: 7, steps: 8 };
/** So large that a mistake in it shows beside the cross entropy. */
const alone = { ...still, gradientWeight: 65025, discriminatorWeight: 0 };

const model = smoothNet({ inputShape: [8, 8, 3], classes: 4 });
const smooth = {
  weights: usedWeights(model),
  batch: {
    images: float32([4, 8, 8, 3], random('images').uniform(4 * 192, 0, 1)),
    labels: oneHot([0, 1, 2, 3], 4),
  },
};
const smoothTeacher: Teacher = { model, weights: usedWeights(model, 9) };
const own = (of: Model) => initialise(discriminator(of).parameters, 3);

/** A discriminator whose leaky ReLUs all see numbers above 0: differences tell nothing of a net with kinks. */
const brightOwn = Object.fromEntries(
  Object.entries(own(model)).map(([name, { shape, data }]) => [
    name,
    name.endsWith('.shift')
      ? float32(
          shape,
          data.map(() => 4),
        )
      : { shape, data },
  ]),
);

async function gradientOf(
  of: Teacher,
  mode: 'train' | 'eval',
  { images, labels } = toy.batch,
): Promise<number[]> {
  const compiled = cpu.compile('test', ({ images, labels, ...weights }) => {
    if (!images || !labels) throw new Error('No batch');
    const forward = (x: ReturnType<typeof rank4>) => of.model.forward(weights, x, mode);
    return { gradient: inputGradient(forward, rank4(images), rank2(labels)).gradient };
  });
  return [...((await compiled.run({ images, labels, ...of.weights })).gradient?.data ?? [])];
}

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s, the loss of IGAM', (_, engine) => {
  it.each([
    ['alone', alone],
    ['and a discriminator', { ...still, gradientWeight: 1000, discriminatorWeight: 1 }],
  ])(
    'has the gradient of finite differences in a smooth net, for the input gradient %s',
    async (_, settings) => {
      const method = igam(smoothTeacher, settings)({ engine, model });
      // A step in which the discriminator rests: its own gradient is another than the loss's.
      const batch = await prepared(method, smooth, late);
      expect(batch.extras?.learns).toBeUndefined();
      await expectTrueGradient(engine, model, method, { ...smooth, batch, own: brightOwn });
    },
  );
});

describe('IGAM', () => {
  it('has the published values as its defaults', () => {
    expect(igamDefaults).toEqual({
      gradientWeight: 10,
      discriminatorWeight: 2,
      discriminatorEvery: 5,
      matchAfter: 280000 / 320000,
      inputNoise: 8 / 255,
    });
  });

  it('adds the mean squared distance of input gradients, for pixels of 0 … 255, to the cross entropy', async () => {
    const method = igam(teacher, { ...alone, gradientWeight: 500 })(context);
    const [own, others] = [
      await gradientOf({ model: toyModel, weights: toy.weights }, 'train'),
      await gradientOf(teacher, 'eval'),
    ];
    const squares = own.map((slope, index) => ((slope - (others[index] ?? 0)) / 255) ** 2);
    const distance = squares.reduce((sum, square) => sum + square, 0) / 6;
    const plain = await lossValue(cpu, toyModel, standard()(context), toy);
    const value = await lossValue(cpu, toyModel, method, {
      ...toy,
      batch: await prepared(method, toy, late),
    });
    expect((value - plain) / (500 * distance)).toBeCloseTo(1, 2);
  });

  it('is plain training on noisy images until 7/8 of the steps are taken', async () => {
    const method = igam(teacher, igamDefaults)(context);
    const early = await prepared(method, toy, { step: 6, steps: 8 });
    expect(early.extras).toBeUndefined();
    expect(early.images).not.toEqual(toy.batch.images);
    const furthest = Math.max(
      ...early.images.data.map((pixel, index) => Math.abs(pixel - (toy.batch.images.data[index] ?? 0))),
    );
    expect(furthest).toBeLessThanOrEqual(8 / 255 + 1e-6);
    expect((await prepared(method, toy, late)).extras?.gradient?.shape).toEqual(toy.batch.images.shape);
    const never = igam(teacher, { ...still, matchAfter: 1 });
    const same = { initial: usedWeights(toyModel) };
    expect(await train(toyTraining(never, same))).toEqual(await train(toyTraining(standard(), same)));
  });

  it('lets the discriminator learn in one of five steps, and leaves it alone in the others', async () => {
    const method = igam(teacher, still)(context);
    const tensors = start(toyModel, method, toy.weights, 0, 6).tensors;
    const compiled = cpu.compile('test', trainingStep(method, defaultSgd));
    const stepped = async (step: number): Promise<Tensors> => {
      const batch = await prepared(method, toy, { step, steps: 8 });
      return compiled.run({ ...tensors, ...batchInputs(batch), learningRate: float32([], [0.1]) });
    };
    const name = 'own/discriminator.weight';
    const [resting, early] = [await stepped(7), await stepped(1)];
    for (const found of [resting, early]) {
      expect(found[name]).toEqual(tensors[name]);
      expect(found[`velocity/${name}`]).toEqual(tensors[`velocity/${name}`]);
      expect(Object.keys(found).sort()).toEqual([...Object.keys(tensors), 'logits', 'loss'].sort());
    }
    const learning = igam(teacher, { ...still, discriminatorEvery: 7 })(context);
    const batch = await prepared(learning, toy, late);
    expect(batch.extras?.learns).toBeDefined();
    const found = await compiled.run({ ...tensors, ...batchInputs(batch), learningRate: float32([], [0.1]) });
    expect(found[name]).not.toEqual(tensors[name]);
    // The student takes the same step either way.
    expect(found['model/conv1.weight']).toEqual(resting['model/conv1.weight']);
  });

  it('has a discriminator that lowers its cross entropy, which the student raises', async () => {
    const weight = 1e-3;
    // So small a weight that the student stays nearly as it is; only its game with the discriminator is looked at.
    const settings = {
      ...still,
      matchAfter: 0,
      discriminatorEvery: 1,
      gradientWeight: 0,
      discriminatorWeight: weight,
    };
    const method = igam(teacher, settings)(context);
    const compiled = cpu.compile('test', trainingStep(method, { ...defaultSgd, weightDecay: 0 }));
    const batch = batchInputs(await prepared(method, toy));
    const tensors = start(toyModel, method, toy.weights, 0, 6).tensors;
    const plain = await lossValue(cpu, toyModel, standard()(context), toy);
    /** The cross entropy of the discriminator: what the loss lacks, divided by its weight. */
    const judged = (loss: number) => (plain - loss) / weight;
    let current: Tensors = tensors;
    const found: number[] = [];
    for (let step = 0; step < 12; step += 1) {
      const { loss, ...next } = await compiled.run({
        ...current,
        ...batch,
        learningRate: float32([], [0.05]),
      });
      found.push(judged(loss?.data[0] ?? Number.NaN));
      // The student stays.
      const others = Object.entries(next).filter(([name]) => /^(own|velocity\/own)\//.test(name));
      current = { ...tensors, ...Object.fromEntries(others) };
    }
    expect(found[0]).toBeGreaterThan(0.3);
    expect(found.at(-1)).toBeLessThan((found[0] ?? 0) * 0.7);
  });

  it('has the same loss, gradients and statistics on both engines', async () => {
    const builder = igam(teacher, still);
    const batch = await prepared(builder(context), toy, late);
    await expectEnginesAgree(builder, toyModel, { ...toy, batch, own: own(toyModel) });
  });

  it('has as many convolutions in its discriminator as the images have halves, and at most five', () => {
    const channels = (size: number) =>
      discriminator({ inputShape: [size, size, 3] })
        .parameters.filter(({ shape }) => shape.length === 4)
        .map(({ shape }) => shape.at(-1));
    expect(channels(32)).toEqual([16, 32, 64, 128, 256]);
    expect(channels(64)).toEqual([16, 32, 64, 128, 256]);
    expect(channels(8)).toEqual([16, 32, 64]);
  });
});
