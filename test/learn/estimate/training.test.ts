import { expect, test } from 'vitest';
import { measureTraining } from '../../../src/learn/estimate/training.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { defaultSgd } from '../../../src/learn/optimise/sgd.ts';
import { freeAt } from '../../../src/learn/train/free-at.ts';
import type { MethodBuilder } from '../../../src/learn/train/method.ts';
import { pgdAt } from '../../../src/learn/train/pgd-at.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { train } from '../../../src/learn/train/train.ts';
import { igam } from '../../../src/learn/transfer/igam.ts';
import { onnx } from '../../engine/agree.ts';
import { igamDefaults, pgdAtDefaults } from '../defaults.ts';
import { usedWeights } from '../families.ts';
import { memory, shape, toyData, toyModel, toyTraining } from '../train/toy-training.ts';

const teacherNet = createModel('resnet-8-w3', { inputShape: shape, classes: 3 });
const teacher = { model: teacherNet, weights: usedWeights(teacherNet) };
const epochs = 8;

const loop = (batchSize: number) => ({
  ...{ seed: 1, epochs, batchSize, augment: undefined },
  optimiser: defaultSgd,
  schedule: { kind: 'one-cycle', rate: 0.1 } as const,
});

function measured(method: MethodBuilder, changes: { validation?: number; trained?: number } = {}) {
  const { validation = 0, trained = epochs } = changes;
  return measureTraining({
    engine: onnx,
    model: toyModel,
    method,
    loop: loop(16),
    epochs: trained,
    data: { shape, classes: 3, train: 40, validation, test: 0 },
    snapshots: memory(),
  });
}

/** FLOPs that the training itself counts. */
async function counted(method: MethodBuilder): Promise<number> {
  const options = { engine: onnx, epochs, dataset: toyData(40).train };
  const { history } = await train(toyTraining(method, options));
  return history.reduce((sum, { work }) => sum + (work?.flops ?? Number.NaN), 0);
}

test.each([
  ['standard training', standard()],
  ['a method that attacks', pgdAt(pgdAtDefaults)],
  ['a method that uses each batch several times', freeAt({ epsilon: 0.1, replays: 3 })],
  [
    'a method that changes during training',
    igam(teacher, { ...igamDefaults, discriminatorWeight: 0, matchAfter: 7 / 8 }),
  ],
])('the FLOPs of %s, from a few steps, are those that the whole training counts', async (_, method) => {
  const { flops } = await measured(method);
  expect((flops ?? 0) / (await counted(method))).toBeCloseTo(1, 6);
});

test('a training that stops early takes its part of the FLOPs', async () => {
  const [all, half] = [await measured(standard()), await measured(standard(), { trained: epochs / 2 })];
  expect((half.flops ?? 0) / (all.flops ?? 1)).toBeCloseTo(1 / 2, 6);
});

test('validation is counted, with its attack', async () => {
  const method = pgdAt(pgdAtDefaults);
  const [without, clean] = [await measured(method), await measured(standard(), { validation: 32 })];
  const attacked = await measured(method, { validation: 32 });
  const plain = await measured(standard());
  const ofClean = (clean.flops ?? 0) - (plain.flops ?? 0);
  expect(ofClean).toBeGreaterThan(0);
  expect((attacked.flops ?? 0) - (without.flops ?? 0)).toBeGreaterThan(5 * ofClean);
});
