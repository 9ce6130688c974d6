import type * as tf from '@tensorflow/tfjs';
import type { Engine, Tensors } from '../../../src/engine/engine.ts';
import { attack } from '../../../src/learn/attack/attack.ts';
import { createAttack } from '../../../src/learn/attack/attacks.ts';
import type { Dataset } from '../../../src/learn/data/dataset.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { rank2 } from '../../../src/learn/model/rank.ts';
import {
  type CheckResult,
  digestOf,
  failedOf,
  sampleOf,
  selfCheck,
} from '../../../src/learn/self-check/self-check.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { train } from '../../../src/learn/train/train.ts';
import { onnx } from '../../engine/agree.ts';
import { attackSettings, type GivenAttack } from '../defaults.ts';
import { toyData, toyModel, toyTraining } from '../train/toy-training.ts';

const { train: trainingSet, test } = toyData(96);

export const dataset = test;

/** An honest net that is right of most images, without attack. */
export const { last: weights } = await train(
  toyTraining(standard(), { engine: onnx, dataset: trainingSet, epochs: 6 }),
);

/** Attacks a model as a cell does, and checks itself. */
export async function checked(
  settings: GivenAttack,
  changes: {
    readonly engine?: Engine;
    readonly model?: Model;
    readonly weights?: Tensors;
    readonly dataset?: Dataset;
    readonly batchSize?: number;
    readonly examples?: number;
    readonly share?: number;
  } = {},
): Promise<CheckResult[]> {
  const { batchSize = 30, examples = 64, engine = onnx, model = toyModel, share, ...others } = changes;
  const target = { engine, model, weights: others.weights ?? weights };
  const data = others.dataset ?? dataset;
  const full = attackSettings({ epsilon: 0.1, ...settings });
  const sample = sampleOf(data.labels.length, examples, batchSize);
  const digest = () => ({ weights: digestOf(target.weights) });
  const before = digest();
  const result = await attack({
    ...target,
    ...{ attack: await createAttack(full), dataset: data, batchSize, seed: 4, keepImages: new Set(sample) },
  });
  const digests = { before, after: digest() };
  return selfCheck({
    target,
    settings: full,
    dataset: data,
    seed: 4,
    result,
    digests,
    sample,
    batchSize,
    share,
  });
}

export function errors(results: readonly CheckResult[]): string[] {
  return failedOf(results, 'error').map(({ name }) => name);
}

export function warnings(results: readonly CheckResult[]): string[] {
  return failedOf(results, 'warning').map(({ name }) => name);
}

/** The same net with something else made of its logits. */
export function withLogits(change: (logits: tf.Tensor2D) => tf.Tensor): Model {
  return {
    ...toyModel,
    forward(tensors, images, mode) {
      const found = toyModel.forward(tensors, images, mode);
      return { ...found, logits: rank2(change(found.logits)) };
    },
  };
}
