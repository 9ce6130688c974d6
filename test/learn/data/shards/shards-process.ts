import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepareDataset } from '../../../../src/cells/dataset.ts';
import { snapshotFile } from '../../../../src/cells/snapshot-file.ts';
import { createCpuEngine } from '../../../../src/engine/eager.ts';
import { openPart } from '../../../../src/learn/data/artifact.ts';
import { imageWorkers } from '../../../../src/learn/data/shards/image-workers.ts';
import { createModel } from '../../../../src/learn/model/models.ts';
import { defaultSgd } from '../../../../src/learn/optimise/sgd.ts';
import { mixup } from '../../../../src/learn/train/mixup.ts';
import { train } from '../../../../src/learn/train/train.ts';
import { writeTensors } from '../../../../src/learn/weights/host-tensors.ts';
import { artifactIn } from '../../../cells/artifact-in.ts';

// A process that makes a data set in shards, or trains on one, with threads. `threads.test.ts` bundles it, because a
// thread of Node.js 20 cannot load TypeScript.

export interface Work {
  readonly cores: number;
  /** A data folder with a folder `set`, to make the data set in `output`. */
  readonly dataDir?: string;
  /** The data set, to train on it; the weights are written to `output`. */
  readonly data?: string;
  readonly output: string;
  /** The process kills itself when it has made so many snapshots. */
  readonly snapshots?: number;
}

// Written by threads.test.ts.
const work = JSON.parse(process.argv[2] ?? '') as Work;
await (work.dataDir ? make(work.dataDir, work) : learn(work));

async function make(dataDir: string, { cores, output }: Work): Promise<void> {
  const wanted = {
    ...{ name: 'image-folder', train: 0, test: 0, perClass: 0, validation: 0, classes: [], seed: 1 },
    ...{ resize: 18, crop: 16, rgb: false, folder: 'set', testShare: 0.25, store: 'encoded' as const },
  };
  const options = { workspace: output, output, cores, shardBytes: 2500 };
  await prepareDataset(wanted, { project: output, home: output, dataDir }, options);
}

async function learn({ cores, data = '', output, snapshots: most }: Work): Promise<void> {
  const workers = imageWorkers(cores);
  const dataset = await openPart(artifactIn(data), 'train', workers);
  const scratch = join(output, 'trajectory', 'scratch');
  mkdirSync(scratch, { recursive: true });
  const { load, save } = snapshotFile({ scratch, trajectory: join(output, 'trajectory') });
  let saved = 0;
  const { last } = await train({
    engine: createCpuEngine(),
    model: createModel('resnet-8-w2', { inputShape: dataset.shape, classes: 2 }),
    method: mixup({ alpha: 1 }),
    dataset,
    epochs: 2,
    batchSize: 4,
    optimiser: defaultSgd,
    schedule: { kind: 'one-cycle', rate: 0.1 },
    augment: { pad: 2, flip: true },
    seed: 1,
    snapshots: {
      load,
      async save(snapshot) {
        await save(snapshot);
        saved += 1;
        if (saved === most) process.kill(process.pid, 'SIGKILL');
      },
    },
    snapshotSeconds: 0,
  });
  await writeTensors(join(output, 'last.safetensors'), last);
  await workers.close();
}
