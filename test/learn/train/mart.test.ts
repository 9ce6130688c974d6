import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { auditPerturbation } from '../../../src/learn/attack/audit.ts';
import { innerMaximisation } from '../../../src/learn/train/inner-maximisation.ts';
import { mart, martLoss } from '../../../src/learn/train/mart.ts';
import { onnx } from '../../engine/agree.ts';
import { calculate, cpu, rows } from '../calculate.ts';
import { martDefaults } from '../defaults.ts';
import { tanhNet } from '../toys.ts';
import { expectEnginesAgree, expectTrueGradient, prepared, random, smooth, toy } from './method-loss.ts';
import { attacked, labels, natural } from './oracles.ts';
import { toyModel } from './toy-training.ts';

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s, the loss of MART', (_, engine) => {
  const loss = async (beta: number, clean = natural, adversarial = attacked, classes = labels) => {
    const logits = () => ({ natural: rows(clean), attacked: rows(adversarial) });
    return (await calculate(() => martLoss(logits(), rows(classes), beta), engine))[0];
  };

  it('has the values of robustness.md, section 6, item 16', async () => {
    expect(await loss(5)).toBeCloseTo(2.49051408, 5);
    expect(await loss(6)).toBeCloseTo(2.58865505, 5);
  });

  it('of beta 0 is the boosted cross entropy of item 16 alone, of each example', async () => {
    expect(await loss(0)).toBeCloseTo((1.89477902 + 2.10483941) / 2, 5);
    const of = (row: number) =>
      loss(0, natural.slice(row, row + 1), attacked.slice(row, row + 1), labels.slice(row, row + 1));
    expect(await of(0)).toBeCloseTo(1.89477902, 5);
    expect(await of(1)).toBeCloseTo(2.10483941, 5);
  });

  it('is finite where the model is wrong and sure of it', async () => {
    const sure = [[0, 200, 0]];
    const right = [[1, 0, 0]];
    // 200 of the cross entropy, -log(0.0001) of the boost.
    expect(await loss(0, sure, sure, right)).toBeCloseTo(200 - Math.log(0.0001), 1);
    const gradient = await calculate(
      () =>
        tf.grad((z) => martLoss({ natural: rows(sure), attacked: z as tf.Tensor2D }, rows(right), 5))(
          rows(sure),
        ),
      engine,
    );
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('of a smooth net has the gradient of finite differences', async () => {
    await expectTrueGradient(
      engine,
      tanhNet.model,
      mart(martDefaults)({ engine, model: tanhNet.model }),
      smooth,
      0.004,
    );
  });
});

describe('MART', () => {
  const method = mart(martDefaults)({ engine: cpu, model: toyModel });

  it('has the published values as its defaults', () => {
    expect(martDefaults).toEqual({
      epsilon: 0.031,
      stepSize: 0.007,
      steps: 10,
      randomStart: true,
      batchNorm: 'eval',
      beta: 5,
    });
  });

  it('attacks the labels from normal noise, within its bounds', async () => {
    const { images, extras } = await prepared(method);
    expect(images).toEqual(toy.batch.images);
    auditPerturbation(images.data, extras?.adversarial?.data ?? [], 0.031);
    const inner = innerMaximisation(cpu, toyModel, { ...martDefaults, noise: 'normal' });
    expect(extras?.adversarial).toEqual(
      await inner.run(toy.weights, toy.batch, random('inner-maximisation')),
    );
  });

  it('of epsilon 0 attacks with the clean images themselves', async () => {
    const still = mart({ ...martDefaults, epsilon: 0 })({ engine: cpu, model: toyModel });
    expect((await prepared(still)).extras?.adversarial).toEqual(toy.batch.images);
  });

  it('has the same loss, gradients and statistics on both engines', async () => {
    await expectEnginesAgree(mart(martDefaults), toyModel, { ...toy, batch: await prepared(method) });
  });
});
