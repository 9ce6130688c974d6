import type { Engine, HostTensor, Tensors } from '../../../src/engine/engine.ts';
import { attack } from '../../../src/learn/attack/attack.ts';
import { classifier } from '../../../src/learn/attack/classify.ts';
import { pgd } from '../../../src/learn/attack/pgd.ts';
import { batches, toBatch } from '../../../src/learn/data/batch.ts';
import type { Dataset } from '../../../src/learn/data/dataset.ts';
import { predictions } from '../../../src/learn/loss/accuracy.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { innerMaximisation } from '../../../src/learn/train/inner-maximisation.ts';
import { channelsFirst } from './steps.ts';

const [SEED, BATCH] = [7, 250];

export interface PgdSettings {
  readonly epsilon: number;
  readonly stepSize: number;
  readonly steps: number;
  readonly randomStart: boolean;
}

export interface Withstood {
  readonly logits: Float32Array;
  /** 1 for each example that is right at the last iterate: PGD as papers have it. */
  readonly last: Int32Array;
  /** 1 for each example that is right at every iterate: what the kind `attack` counts. Only from the clean images. */
  readonly every?: Int32Array;
}

/** Attacks a net by retable's own attacks. */
export async function ourPgd(
  engine: Engine,
  model: Model,
  weights: Tensors,
  dataset: Dataset,
  settings: PgdSettings,
): Promise<Withstood> {
  const classify = classifier({ engine, model, weights });
  const ascent = innerMaximisation(engine, model, { ...settings, batchNorm: 'eval' });
  const [logits, last]: [number[], number[]] = [[], []];
  for (const [index, indices] of partsOf(dataset).entries()) {
    const batch = toBatch(dataset, indices);
    const found = await ascent.run(weights, batch, startOf(index));
    logits.push(...(await classify.run(batch.images, batch.labels)).logits.data);
    const { predicted } = await classify.run(found, batch.labels);
    last.push(...predictions(batch.labels).map((label, row) => Number(label === predicted[row])));
  }
  await classify.dispose();
  await ascent.dispose();
  const found = { logits: Float32Array.from(logits), last: Int32Array.from(last) };
  if (settings.randomStart) return found;
  const best = { attack: pgd(settings), batchSize: BATCH, seed: SEED };
  const { examples } = await attack({ engine, model, weights, dataset, ...best });
  return { ...found, every: Int32Array.from(examples.robustCorrect?.data ?? []) };
}

/** The images with their random starts, for another program. */
export function attackedImages(dataset: Dataset, { epsilon }: PgdSettings): Tensors {
  const { images, labels } = toBatch(dataset, everyIndex(dataset));
  const noise = new Float32Array(images.data.length);
  const size = noise.length / dataset.labels.length;
  for (const [index, indices] of partsOf(dataset).entries()) {
    noise.set(startOf(index).uniform(indices.length * size, -epsilon, epsilon), index * BATCH * size);
  }
  const first = (data: HostTensor['data']) => channelsFirst({ shape: images.shape, data });
  return {
    images: first(images.data),
    noise: first(noise),
    labels: { shape: [dataset.labels.length], data: predictions(labels) },
  };
}

const startOf = (batch: number) => stream(SEED, 'agreement/start', batch);
const everyIndex = ({ labels }: Dataset) => Int32Array.from(labels.keys());
const partsOf = (dataset: Dataset) => [...batches(everyIndex(dataset), BATCH)];
