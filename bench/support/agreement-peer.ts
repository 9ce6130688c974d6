import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, Tensors } from '../../src/engine/engine.ts';
import type { Dataset } from '../../src/learn/data/dataset.ts';
import type { Model } from '../../src/learn/model/model.ts';
import { toPytorch } from '../../src/learn/model/pytorch.ts';
import { mean } from '../../src/learn/train/averages.ts';
import { group, withPrefix } from '../../src/learn/train/names.ts';
import { readTensors, writeTensors } from '../../src/learn/weights/host-tensors.ts';
import type { AgreementCase } from '../../test/learn/agreement/cases.ts';
import { attackedImages, type PgdSettings, type Withstood } from '../../test/learn/agreement/pgd.ts';
import {
  type Beginning,
  batchesOf,
  handedOver,
  ownNames,
  type Trained,
} from '../../test/learn/agreement/steps.ts';
import { startScript } from './pytorch.ts';

/** PyTorch, asked for the same as retable. */
export interface Peer {
  readonly version: string;
  steps(engine: Engine, one: AgreementCase, from: Beginning): Promise<Trained>;
  pgd(model: Model, weights: Tensors, dataset: Dataset, settings: PgdSettings): Promise<Withstood>;
  stop(): void;
}

/** Undefined where no Python has PyTorch. */
export async function startPeer(threads: number, dtype: 'float32' | 'float64'): Promise<Peer | undefined> {
  const script = await startScript('agreement_pytorch.py', threads);
  if (!script) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'retable-agreement-'));
  const [from, images, to] = ['from', 'images', 'to'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const ask = async (work: string, { name, classes }: Model, question: object): Promise<Tensors> => {
    await script.ask({ work, net: name, classes, dtype, from, images, to, ...question });
    return (await readTensors(to)).tensors;
  };
  return {
    version: script.version,
    async steps(engine, one, beginning) {
      const given = await handedOver(engine, one, beginning);
      await writeTensors(from, given);
      const { loss: method, settings, gamma = 0, replays = 1 } = one;
      const batches = batchesOf(beginning);
      const question = { method, settings, gamma, replays, batches, rate: beginning.rate };
      const { losses, ...after } = await ask('steps', beginning.model, { ...question, own: ownNames(given) });
      const before = { ...group('student', given), ...withPrefix('own', group('own', given)) };
      return { loss: mean(losses?.data ?? []), before, after };
    },
    async pgd(model, weights, dataset, settings) {
      await writeTensors(from, toPytorch(model, weights));
      await writeTensors(images, attackedImages(dataset, settings));
      const { logits } = await ask('logits', model, {});
      const { last, every } = await ask('pgd', model, settings);
      return {
        logits: Float32Array.from(logits?.data ?? []),
        last: Int32Array.from(last?.data ?? []),
        ...(!settings.randomStart && { every: Int32Array.from(every?.data ?? []) }),
      };
    },
    stop() {
      script.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
