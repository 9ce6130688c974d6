import { describe, expect, it } from 'vitest';
import { createModel } from '../../../src/learn/model/models.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { train } from '../../../src/learn/train/train.ts';
import { attention } from '../../../src/learn/transfer/attention.ts';
import { kd } from '../../../src/learn/transfer/kd.ts';
import type { Teacher } from '../../../src/learn/transfer/teacher.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { attentionDefaults, kdDefaults } from '../defaults.ts';
import { usedWeights } from '../families.ts';
import { smoothNet } from '../smooth-net.ts';
import { oneHot } from '../toys.ts';
import { expectEnginesAgree, expectTrueGradient, lossValue, random, toy } from '../train/method-loss.ts';
import { shape, toyModel, toyTraining } from '../train/toy-training.ts';

const settings = { inputShape: shape, classes: 3 };
const wide = createModel('resnet-8-w3', settings);
const teacher: Teacher = { model: wide, weights: usedWeights(wide, 9) };
const context = { engine: cpu, model: toyModel };

describe('attention transfer', () => {
  it('has the published values as its defaults', () => {
    expect(attentionDefaults).toMatchObject({
      attentionWeight: 1000,
      kdWeight: 0,
      labelWeight: 1,
      temperature: 4,
    });
  });

  it('compares all blocks but the stem, of any widths, if none are named', async () => {
    const value = (blocks: number[]) =>
      lossValue(cpu, toyModel, attention(teacher, { ...attentionDefaults, blocks })(context), toy);
    const plain = await lossValue(cpu, toyModel, standard()(context), toy);
    const parts = await Promise.all([2, 3, 4].map(async (block) => (await value([block])) - plain));
    const sum = parts.reduce((total, part) => total + part, 0);
    expect(Math.min(...parts)).toBeGreaterThan(0.1);
    expect(((await value([])) - plain) / sum).toBeCloseTo(1, 4);
    expect((await value([1, 2, 3, 4])) - plain).toBeGreaterThan(sum + 0.01);
  });

  it('of weight 0 is standard training, and with soft labels knowledge distillation', async () => {
    const off = { ...attentionDefaults, attentionWeight: 0 };
    const same = { epochs: 2, initial: usedWeights(toyModel) };
    expect(await train(toyTraining(attention(teacher, off), same))).toEqual(
      await train(toyTraining(standard(), same)),
    );
    const soft = { temperature: 4, kdWeight: 0.9, labelWeight: 0.1 };
    expect(await train(toyTraining(attention(teacher, { ...off, ...soft }), same))).toEqual(
      await train(toyTraining(kd(teacher, { ...kdDefaults, ...soft }), same)),
    );
  });

  it('refuses blocks whose images have other sizes', async () => {
    const method = attention(teacher, { ...attentionDefaults, blocks: [[2, 3]] });
    await expect(train(toyTraining(method))).rejects.toMatchObject({
      reason: 'bad-blocks',
      message: expect.stringContaining('6 × 6'),
    });
    const none = attention(teacher, { ...attentionDefaults, blocks: [5] });
    await expect(train(toyTraining(none))).rejects.toMatchObject({ reason: 'bad-blocks' });
  });

  it('learns of a teacher of other classes, if there are no soft labels', async () => {
    const model = createModel('resnet-8-w2', { ...settings, classes: 5 });
    const other: Teacher = { model, weights: usedWeights(model) };
    expect(
      (await train(toyTraining(attention(other, attentionDefaults), { epochs: 1 }))).history,
    ).toHaveLength(1);
    const soft = attention(other, { ...attentionDefaults, kdWeight: 1 });
    await expect(train(toyTraining(soft))).rejects.toMatchObject({ reason: 'teacher-mismatch' });
  });

  it('has the same loss, gradients and statistics on both engines', async () => {
    await expectEnginesAgree(attention(teacher, attentionDefaults), toyModel, toy);
  });

  it.each([
    ['cpu', cpu],
    ['onnx', onnx],
  ])('has the gradient of finite differences in a smooth net, on the engine %s', async (_, engine) => {
    const model = smoothNet({ inputShape: [8, 8, 3], classes: 4 });
    const method = attention({ model, weights: usedWeights(model, 9) }, attentionDefaults)({ engine, model });
    const images = float32([4, 8, 8, 3], random('images').uniform(4 * 192, 0, 1));
    const given = { weights: usedWeights(model), batch: { images, labels: oneHot([0, 1, 2, 3], 4) } };
    await expectTrueGradient(engine, model, method, given);
  });
});
