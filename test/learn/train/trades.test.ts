import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { auditPerturbation } from '../../../src/learn/attack/audit.ts';
import { klDivergence } from '../../../src/learn/loss/kl.ts';
import { initialise } from '../../../src/learn/model/init.ts';
import { rank2, rank4 } from '../../../src/learn/model/rank.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { trades, tradesLoss } from '../../../src/learn/train/trades.ts';
import { train } from '../../../src/learn/train/train.ts';
import { onnx } from '../../engine/agree.ts';
import { calculate, cpu, float32, greatestDifference, rows } from '../calculate.ts';
import { tradesDefaults } from '../defaults.ts';
import { tanhNet } from '../toys.ts';
import {
  expectEnginesAgree,
  expectTrueGradient,
  lossOf,
  lossValue,
  prepared,
  random,
  smooth,
  toy,
} from './method-loss.ts';
import { attacked, labels, natural } from './oracles.ts';
import { toyModel, toyTraining } from './toy-training.ts';

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s, the loss of TRADES', (_, engine) => {
  const settings = { beta: 6, reduction: 'batchmean' } as const;
  const loss = (clean: tf.Tensor, adversarial: tf.Tensor) =>
    tradesLoss({ natural: rank2(clean), attacked: rank2(adversarial) }, rows(labels), settings);

  it('has the value of robustness.md, section 6, item 15', async () => {
    const [value] = await calculate(() => loss(rows(natural), rows(attacked)), engine);
    expect(value).toBeCloseTo(1.96813286, 6);
  });

  it('has the gradients of item 15, for the clean logits too', async () => {
    const inAttacked = await calculate(() => tf.grad((z) => loss(rows(natural), z))(rows(attacked)), engine);
    expect(
      greatestDifference(
        inAttacked,
        [-1.00122599, 0.90546275, 0.09576324, 0.13925769, -0.87600595, 0.73674826],
      ),
    ).toBeLessThan(1e-6);
    const inNatural = await calculate(() => tf.grad((z) => loss(z, rows(attacked)))(rows(natural)), engine);
    expect(
      greatestDifference(
        inNatural,
        [0.74491186, -0.64330064, -0.10161122, -0.19296858, 0.70128976, -0.50832118],
      ),
    ).toBeLessThan(1e-6);
  });

  it('of a smooth net has the gradient of finite differences', async () => {
    await expectTrueGradient(
      engine,
      tanhNet.model,
      trades(tradesDefaults)({ engine, model: tanhNet.model }),
      smooth,
    );
  });
});

describe('TRADES', () => {
  const method = trades(tradesDefaults)({ engine: cpu, model: toyModel });

  it('has the published values as its defaults', () => {
    expect(tradesDefaults).toEqual({
      epsilon: 0.031,
      stepSize: 0.007,
      steps: 10,
      randomStart: true,
      batchNorm: 'eval',
      beta: 6,
      reduction: 'batchmean',
    });
  });

  it('of beta 0 is standard training', async () => {
    const { last } = await train(toyTraining(trades({ ...tradesDefaults, beta: 0 })));
    expect(last).toEqual((await train(toyTraining(standard()))).last);
  });

  it('of epsilon 0 attacks with the clean images themselves, and its loss is the cross entropy', async () => {
    const still = trades({ ...tradesDefaults, epsilon: 0 })({ engine: cpu, model: toyModel });
    const batch = await prepared(still);
    expect(batch.extras?.adversarial).toEqual(toy.batch.images);
    expect(batch.images).toEqual(toy.batch.images);
    const plain = standard()({ engine: cpu, model: toyModel });
    const value = await lossValue(cpu, toyModel, still, { ...toy, batch });
    expect(value).toBeCloseTo(await lossValue(cpu, toyModel, plain, toy), 6);
  });

  it('attacks within its bounds, and leaves the clean images as they are', async () => {
    const before = structuredClone(toy);
    const batch = await prepared(method);
    auditPerturbation(toy.batch.images.data, batch.extras?.adversarial?.data ?? [], 0.031);
    expect(toy).toEqual(before);
  });

  it('takes its first step from normal noise of 0.001 along the slope of the divergence', async () => {
    const once = { ...tradesDefaults, epsilon: 0.1, stepSize: 0.02, steps: 1 };
    const { batch, weights } = smooth;
    const found = await prepared(trades(once)({ engine: cpu, model: tanhNet.model }), smooth);
    const noise = random('inner-maximisation').normals(8);
    const start = batch.images.data.map((pixel, index) => pixel + 0.001 * (noise[index] ?? 0));
    const compiled = cpu.compile('test', ({ images, start, ...tensors }) => {
      if (!images || !start) throw new Error('No images');
      const logits = (at: tf.Tensor) => tanhNet.model.forward(tensors, rank4(at), 'eval').logits;
      const divergence = (at: tf.Tensor) =>
        klDivergence(logits(images), logits(at), { temperature: 1, reduction: 'batchmean' });
      return { slope: tf.grad(divergence)(start) };
    });
    const { slope } = await compiled.run({
      images: batch.images,
      start: float32([4, 1, 1, 2], start),
      ...weights,
    });
    const expected = start.map((pixel, index) => pixel + 0.02 * Math.sign(slope?.data[index] ?? 0));
    expect(greatestDifference(found.extras?.adversarial?.data ?? [], expected)).toBeLessThan(1e-6);
  });

  it('leaves running statistics as after the clean images, the attacked ones and the clean ones again', async () => {
    const adversarial = float32(
      toy.batch.images.shape,
      toy.batch.images.data.map((pixel: number) => pixel / 2),
    );
    const found = await lossOf(cpu, toyModel, method, {
      ...toy,
      batch: { ...toy.batch, extras: { adversarial } },
    });
    const plain = standard()({ engine: cpu, model: toyModel });
    const name = 'bn1.running_mean';
    const old = toy.weights[name]?.data ?? [];
    /** What the images themselves have; a pass takes a tenth of it. */
    const own = async (images: typeof adversarial) => {
      const { [`state/${name}`]: state } = await lossOf(cpu, toyModel, plain, {
        ...toy,
        batch: { ...toy.batch, images },
      });
      return Array.from(state?.data ?? [], (value, index) => 10 * (value - 0.9 * (old[index] ?? 0)));
    };
    const [clean, attackedOnes] = [await own(toy.batch.images), await own(adversarial)];
    const expected = Array.from(
      old,
      (value, index) =>
        0.9 ** 3 * value + (0.081 + 0.1) * (clean[index] ?? 0) + 0.09 * (attackedOnes[index] ?? 0),
    );
    expect(greatestDifference(found[`state/${name}`]?.data ?? [], expected)).toBeLessThan(1e-5);
  });

  it('has the same loss, gradients and statistics on both engines', async () => {
    const batch = await prepared(method);
    await expectEnginesAgree(trades(tradesDefaults), toyModel, { ...toy, batch });
  });

  it('chooses the best epoch by accuracy under attack on the cross entropy, from a uniform start', async () => {
    const weights = initialise([...toyModel.parameters, ...toyModel.state], 1);
    const attackedOnes = await method.prepareValidation?.(toy.batch, {
      weights: async () => weights,
      random,
    });
    auditPerturbation(toy.batch.images.data, attackedOnes?.images.data ?? [], 0.031);
    expect(attackedOnes?.images).not.toEqual(toy.batch.images);
    expect(attackedOnes?.labels).toEqual(toy.batch.labels);
  });
});
