import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { writeTraining } from '../../../src/cells/write-training.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { fastAt } from '../../../src/learn/train/fast-at.ts';
import { freeAt } from '../../../src/learn/train/free-at.ts';
import { mart } from '../../../src/learn/train/mart.ts';
import type { MethodBuilder } from '../../../src/learn/train/method.ts';
import { mixup } from '../../../src/learn/train/mixup.ts';
import { pgdAt } from '../../../src/learn/train/pgd-at.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { trades } from '../../../src/learn/train/trades.ts';
import { train } from '../../../src/learn/train/train.ts';
import { awp } from '../../../src/learn/train/weight-perturbation.ts';
import { ard } from '../../../src/learn/transfer/ard.ts';
import { attention } from '../../../src/learn/transfer/attention.ts';
import { igam } from '../../../src/learn/transfer/igam.ts';
import { kd } from '../../../src/learn/transfer/kd.ts';
import { mixacm } from '../../../src/learn/transfer/mixacm.ts';
import { rslad } from '../../../src/learn/transfer/rslad.ts';
import { onnx } from '../../engine/agree.ts';
import { temporaryFolder } from '../data/folder.ts';
import {
  ardDefaults,
  attentionDefaults,
  fastAtDefaults,
  igamDefaults,
  kdDefaults,
  martDefaults,
  mixAcmDefaults,
  mixupDefaults,
  pgdAtDefaults,
  rsladDefaults,
  tradesDefaults,
} from '../defaults.ts';
import { usedWeights } from '../families.ts';
import { memory, shape, toyData, toyTraining } from './toy-training.ts';

const teacherNet = createModel('resnet-8-w3', { inputShape: shape, classes: 3 });
const teacher = { model: teacherNet, weights: usedWeights(teacherNet) };
const batches = 2;
const folder = temporaryFolder();

/** The work of each epoch of a training of 2 batches of 16 an epoch. */
async function work(method: MethodBuilder, changes = {}) {
  const { history } = await train(toyTraining(method, { epochs: 1, engine: onnx, ...changes }));
  return history.map((record) => record.work);
}

/**
 * Multiply-adds of `resnet-8-w<width>` on one image of 6 × 6 pixels and 1 channel, layer by layer: three stages of one
 * block of two convolutions of 3 × 3 each, on 6 × 6, 3 × 3 and 2 × 2 places, with one of 1 × 1 where it grows.
 */
function multiplyAdds(width: number): { first: number; all: number } {
  const [w1, w2, w3] = [width, 2 * width, 4 * width];
  const first = 36 * 9 * w1;
  const stages = [
    36 * 9 * (w1 * w1 + w1 * w1),
    9 * (9 * (w1 * w2 + w2 * w2) + w1 * w2),
    4 * (9 * (w2 * w3 + w3 * w3) + w2 * w3),
  ];
  return { first, all: first + stages.reduce((a, b) => a + b) + w3 * 3 };
}

const student = multiplyAdds(2);
const images = 32;
/** Forward and to the weights: all but the gradient of the first layer's image. */
const step = 2 * images * (3 * student.all - student.first);
/** Forward and to the images. */
const attackStep = 2 * images * 2 * student.all;
const teachersForward = 2 * images * multiplyAdds(3).all;

describe('the work of an epoch', () => {
  it('of standard training is three forward passes less the gradient of the images, one gradient pass a batch', async () => {
    expect(await work(standard())).toEqual([{ flops: step, gradientPasses: batches }]);
    expect(await work(mixup(mixupDefaults))).toEqual([{ flops: step, gradientPasses: batches }]);
  });

  it('of adversarial training has a pass to the images more for each step of the attack', async () => {
    const flops = step + 3 * attackStep;
    const settings = { ...pgdAtDefaults, steps: 3 };
    expect(await work(pgdAt(settings))).toEqual([{ flops, gradientPasses: 4 * batches }]);
  });

  it('of fast adversarial training is that of one step', async () => {
    expect(await work(fastAt(fastAtDefaults))).toEqual([
      { flops: step + attackStep, gradientPasses: 2 * batches },
    ]);
  });

  it('of free adversarial training is one pass to weights and images a replay', async () => {
    expect(await work(freeAt({ epsilon: 0.1, replays: 4 }))).toEqual([
      { flops: 4 * 2 * images * 3 * student.all, gradientPasses: 4 * batches },
    ]);
  });

  it('of TRADES has the soft labels and the clean images besides, in one gradient with the attacked ones', async () => {
    const softLabels = 2 * images * student.all;
    expect(await work(trades({ ...tradesDefaults, steps: 3 }))).toEqual([
      { flops: softLabels + 3 * attackStep + 2 * step, gradientPasses: 4 * batches },
    ]);
  });

  it('of MART has clean and attacked images in one gradient, without soft labels', async () => {
    expect(await work(mart({ ...martDefaults, steps: 3 }))).toEqual([
      { flops: 3 * attackStep + 2 * step, gradientPasses: 4 * batches },
    ]);
  });

  it('of RSLAD has the teacher’s soft labels besides', async () => {
    expect(await work(rslad(teacher, { ...rsladDefaults, steps: 3 }))).toEqual([
      { flops: teachersForward + 3 * attackStep + 2 * step, gradientPasses: 4 * batches },
    ]);
  });

  it('of attention transfer is that of a student, but for the teacher’s last layer, which nothing asks', async () => {
    const lastLayer = 2 * images * 12 * 3;
    expect(await work(attention(teacher, attentionDefaults))).toEqual([
      { flops: step + teachersForward - lastLayer, gradientPasses: batches },
    ]);
  });

  it('of a student has the teacher’s forward pass, which is no gradient pass', async () => {
    expect(await work(kd(teacher, kdDefaults))).toEqual([
      { flops: step + teachersForward, gradientPasses: batches },
    ]);
    expect((await work(ard(teacher, { ...ardDefaults, steps: 3 })))[0]?.gradientPasses).toBe(4 * batches);
  });

  it('of MixACM has one gradient pass a batch, and the transformations beside KD', async () => {
    // From 4 vectors of a batch to the teacher's lengths, forward and to the transformation and the vector.
    const transformations = 2 * images * 3 * (2 * 3 + 2 * 3 + 4 * 6 + 8 * 12);
    expect(await work(mixacm(teacher, mixAcmDefaults))).toEqual([
      { flops: step + teachersForward + transformations, gradientPasses: batches },
    ]);
  });

  it('of weight perturbation has two gradient passes a batch', async () => {
    expect(await work(awp(standard(), { gamma: 0.01 }))).toEqual([
      { flops: 2 * step, gradientPasses: 2 * batches },
    ]);
  });

  it('of input gradient matching grows when matching begins: the gradient of a gradient is a second pass', async () => {
    const method = igam(teacher, { ...igamDefaults, discriminatorWeight: 0, matchAfter: 0.5 });
    const [before, after] = await work(method, { epochs: 2 });
    expect(before).toEqual({ flops: step, gradientPasses: batches });
    expect(after?.gradientPasses).toBe(2 * batches);
    expect(after?.flops).toBeGreaterThan(2 * step);
  });

  it('is the same on every engine, and leaves validation out', async () => {
    const method = pgdAt({ ...pgdAtDefaults, steps: 2 });
    const expected = await work(method);
    const { engine } = toyTraining(method);
    expect(await work(method, { engine, validation: toyData().test })).toEqual(expected);
  });

  it('is the same after a training was resumed', async () => {
    const method = pgdAt({ ...pgdAtDefaults, steps: 1 });
    const whole = memory();
    const undisturbed = await train(toyTraining(method, { epochs: 2, snapshots: whole }));
    const resumed = await train(toyTraining(method, { epochs: 2, snapshots: memory(whole.saved[0]) }));
    expect(resumed).toEqual(undisturbed);
  });

  it('is not told where an engine has an op that counting lacks, and the training goes on', async () => {
    const counted = standard();
    const method: MethodBuilder = (context) => {
      const { loss, ...rest } = counted(context);
      return {
        ...rest,
        loss(inputs) {
          const output = loss(inputs);
          return { ...output, logits: tf.cumprod(output.logits, 1) };
        },
      };
    };
    const { engine } = toyTraining(method);
    expect(await work(method, { engine, epochs: 2 })).toEqual([undefined, undefined]);
    const result = await train(toyTraining(method, { epochs: 1 }));
    expect(result.last).toEqual((await train(toyTraining(counted, { epochs: 1 }))).last);
    const values = await writeTraining(folder, { net: '', inputShape: [6, 6, 1], classes: 3 }, result);
    expect(Object.keys(values).sort()).toEqual(['epochs', 'train-accuracy', 'train-loss']);
    await expect(work(method)).rejects.toMatchObject({ reason: 'unsupported-op' });
  });
});
