import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, Tensors } from '../../src/engine/engine.ts';
import { home } from '../../src/home.ts';
import { type Dataset, select } from '../../src/learn/data/dataset.ts';
import { loadDataset } from '../../src/learn/data/load.ts';
import type { Model } from '../../src/learn/model/model.ts';
import { createModel } from '../../src/learn/model/models.ts';
import { defaultSgd } from '../../src/learn/optimise/sgd.ts';
import { weightsOf } from '../../src/learn/train/current.ts';
import { fastAt } from '../../src/learn/train/fast-at.ts';
import type { TrainingSnapshot } from '../../src/learn/train/snapshot.ts';
import { train } from '../../src/learn/train/train.ts';
import { type Beginning, STEPS } from '../../test/learn/agreement/steps.ts';
import { fastAtDefaults } from '../../test/learn/defaults.ts';

const NET = 'resnet-8-w16';
const [TRAINED, EPOCHS, TESTED, BATCH] = [2560, 4, 1000, 32];

export interface Trained {
  readonly model: Model;
  readonly weights: Tensors;
  /** The first images of the test set. */
  readonly test: Dataset;
  /** Of the net as it was after its first epoch, with the trained one as its teacher. */
  readonly beginning: Beginning;
}

/** A net that has learnt a little of CIFAR-10 by fast adversarial training, so that PGD breaks some of its examples and not all. */
export async function trainedOnCifar(engine: Engine, dataDir: string | undefined): Promise<Trained> {
  const workspace = mkdtempSync(join(tmpdir(), 'retable-agreement-'));
  const places = { project: process.cwd(), home, dataDir };
  const cifar = await loadDataset('cifar10', places, { workspace });
  rmSync(workspace, { recursive: true });
  const model = createModel(NET, { inputShape: [32, 32, 3], classes: 10 });
  const epochs: TrainingSnapshot[] = [];
  const { last } = await train({
    engine,
    model,
    method: fastAt(fastAtDefaults),
    dataset: first(cifar.train, TRAINED),
    epochs: EPOCHS,
    batchSize: 128,
    optimiser: defaultSgd,
    schedule: { kind: 'one-cycle', rate: 0.1 },
    seed: 1,
    snapshots: { load: async () => undefined, save: async (snapshot) => void epochs.push(snapshot) },
    onProgress: ({ done, total }) => console.error(`training ${NET}: ${done} of ${total} epochs`),
  });
  const [young] = epochs;
  if (!young) throw new Error('The training left nothing');
  return {
    model,
    weights: last,
    test: first(cifar.test, TESTED),
    beginning: {
      model,
      student: weightsOf(young.tensors),
      teacher: last,
      dataset: first(cifar.train, STEPS * BATCH),
      batchSize: BATCH,
      rate: 0.02,
    },
  };
}

function first(dataset: Dataset, count: number): Dataset {
  return select(
    dataset,
    Array.from({ length: count }, (_, index) => index),
  );
}
