import type { Dataset } from '../../../src/learn/data/dataset.ts';
import { synthetic } from '../../../src/learn/data/synthetic.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { defaultSgd } from '../../../src/learn/optimise/sgd.ts';
import type { MethodBuilder } from '../../../src/learn/train/method.ts';
import type { TrainingSnapshot } from '../../../src/learn/train/snapshot.ts';
import type { TrainingOptions, TrainingResult } from '../../../src/learn/train/train.ts';
import { cpu } from '../calculate.ts';

export const shape = [6, 6, 1] as const;

/** Easy classes of 6 × 6 pixels, three without a number. */
export function toyData(train = 40, classes = 3): { train: Dataset; test: Dataset } {
  return synthetic({ train, test: 30, shape, classes, seed: 3, noise: 25 });
}

export const toyModel = createModel('resnet-8-w2', { inputShape: shape, classes: 3 });

/** A training of a second on the reference engine. */
export function toyTraining(method: MethodBuilder, changes: Partial<TrainingOptions> = {}): TrainingOptions {
  return {
    engine: cpu,
    model: toyModel,
    method,
    dataset: toyData().train,
    epochs: 3,
    batchSize: 16,
    optimiser: defaultSgd,
    schedule: { kind: 'one-cycle', rate: 0.1 },
    seed: 1,
    ...changes,
  };
}

/** What a training came out with, whatever the work that it took. */
export function learned({ last, history }: TrainingResult) {
  return { last, history: history.map(({ work, ...record }) => record) };
}

/** Keeps all snapshots; `load` gives the one that it starts with. */
export function memory(first?: TrainingSnapshot) {
  const saved: TrainingSnapshot[] = [];
  return {
    saved,
    load: async () => first,
    save: async (snapshot: TrainingSnapshot) => void saved.push(snapshot),
  };
}
