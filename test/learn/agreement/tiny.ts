import type { HostTensor, Tensors } from '../../../src/engine/engine.ts';
import { synthetic } from '../../../src/learn/data/synthetic.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import type { PgdSettings } from './pgd.ts';
import { type Beginning, STEPS } from './steps.ts';
import { weightsOfUse } from './weights.ts';

// What PyTorch's numbers are frozen of, for tests without PyTorch: so small that training it takes no time.

const BATCH = 8;
const model = createModel('resnet-8-w4', { inputShape: [8, 8, 3], classes: 4 });
const images = { shape: [8, 8, 3], classes: 4, seed: 3, noise: 40 } as const;

export const tiny: Beginning = {
  model,
  student: weightsOfUse(model, 1),
  teacher: weightsOfUse(model),
  dataset: synthetic({ ...images, train: STEPS * BATCH, test: 0 }).train,
  batchSize: BATCH,
  rate: 0.02,
};

export const attackedTiny: PgdSettings = {
  epsilon: 8 / 255,
  stepSize: 2 / 255,
  steps: 20,
  randomStart: false,
};

/** What PyTorch gave, in double precision: written by `npm run bench:pytorch -- --freeze`. */
export interface Frozen {
  readonly madeBy: string;
  /** By the names of `cases`. */
  readonly steps: Readonly<Record<string, FrozenSteps>>;
  /** Of the teacher on the images, [images, classes] row by row. */
  readonly logits: readonly number[];
  /** Of the teacher: for each image 1 where it withstands. */
  readonly pgd: { readonly last: string; readonly every: string };
}

export interface FrozenSteps {
  readonly loss: number;
  /** The projection of each tensor after the steps, less that before. */
  readonly changes: Readonly<Record<string, number>>;
}

/** How far the projection of each tensor has moved. */
export function changesOf(before: Tensors, after: Tensors): Record<string, number> {
  const moved = Object.entries(after).flatMap(([name, tensor]) => {
    const from = before[name];
    return from ? [[name, projection(name, tensor) - projection(name, from)] as const] : [];
  });
  return Object.fromEntries(moved);
}

/**
 * A tensor as one number: its product with a random direction, so scaled that a tensor of independent elements of size s
 * has a projection of about s.
 */
function projection(name: string, { data }: HostTensor): number {
  const direction = stream(0, `projection/${name}`).uniform(data.length, -Math.sqrt(3), Math.sqrt(3));
  const product = direction.reduce((sum, along, index) => sum + along * (data[index] ?? Number.NaN), 0);
  return product / Math.sqrt(data.length);
}
