import type { Engine, HostTensor, Tensors } from '../../../src/engine/engine.ts';
import { toBatch } from '../../../src/learn/data/batch.ts';
import type { Dataset } from '../../../src/learn/data/dataset.ts';
import { predictions } from '../../../src/learn/loss/accuracy.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { toPytorch } from '../../../src/learn/model/pytorch.ts';
import { defaultSgd } from '../../../src/learn/optimise/sgd.ts';
import { type Stream, stream } from '../../../src/learn/random/stream.ts';
import { start, weightsOf } from '../../../src/learn/train/current.ts';
import { group, withPrefix } from '../../../src/learn/train/names.ts';
import type { TrainingSnapshot } from '../../../src/learn/train/snapshot.ts';
import { train } from '../../../src/learn/train/train.ts';
import { permute } from '../../../src/learn/weights/permute.ts';
import type { AgreementCase } from './cases.ts';

export const STEPS = 5;
const SEED = 7;

/** What a few steps are taken from. */
export interface Beginning {
  /** Of student and teacher alike. */
  readonly model: Model;
  readonly student: Tensors;
  readonly teacher: Tensors;
  /** As many records as the batches have. */
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly rate: number;
}

export interface Trained {
  /** Mean over the steps. */
  readonly loss: number;
  /** Before and after: the student's parameters and running statistics as PyTorch has them; the method's own as `own/…`. */
  readonly before: Tensors;
  readonly after: Tensors;
}

/** Takes the steps by retable's own training. */
export async function ourSteps(engine: Engine, one: AgreementCase, from: Beginning): Promise<Trained> {
  const { model, dataset, batchSize, rate } = from;
  const saved: TrainingSnapshot[] = [];
  await train({
    engine,
    model,
    method: methodOf(one, from),
    dataset,
    epochs: 1,
    batchSize,
    optimiser: defaultSgd,
    schedule: { kind: 'constant', rate },
    seed: SEED,
    initial: from.student,
    snapshots: { load: async () => undefined, save: async (snapshot) => void saved.push(snapshot) },
  });
  const [last] = saved;
  if (!last) throw new Error('The training left nothing');
  const { tensors, history } = last;
  const after = { ...toPytorch(model, weightsOf(tensors)), ...ownOf(tensors) };
  const before = { ...toPytorch(model, from.student), ...(await ownAtStart(engine, one, from)) };
  return { loss: history[0]?.loss ?? Number.NaN, before, after };
}

/** All that the steps begin with and draw, for another program: images and filters as PyTorch lays them out. */
export async function handedOver(engine: Engine, one: AgreementCase, from: Beginning): Promise<Tensors> {
  const { model, dataset, batchSize } = from;
  const order = stream(SEED, 'train/shuffle', 0).permutation(dataset.labels.length);
  const batches = Array.from({ length: batchesOf(from) }, (_, index) => {
    const { images, labels } = toBatch(dataset, order.subarray(index * batchSize, (index + 1) * batchSize));
    return withPrefix(String(index), {
      images: channelsFirst(images),
      labels: { shape: [batchSize], data: predictions(labels) },
      ...drawn(one, images, (name) => stream(SEED, `train/${name}`, 0, index)),
    });
  });
  return Object.assign(
    {
      ...withPrefix('student', toPytorch(model, from.student)),
      ...withPrefix('teacher', toPytorch(model, from.teacher)),
      ...(await ownAtStart(engine, one, from)),
    },
    ...batches,
  );
}

export function batchesOf({ dataset, batchSize }: Beginning): number {
  return dataset.labels.length / batchSize;
}

/** The names of the method's own parameters, in their order. */
export function ownNames(tensors: Tensors): string[] {
  return Object.keys(group('own', tensors));
}

export function channelsFirst(images: HostTensor): HostTensor {
  return permute(images, [0, 3, 1, 2]);
}

/** Draws once more what the method draws: the order of draws is part of what is compared. */
function drawn(
  { draws, settings }: AgreementCase,
  images: HostTensor,
  random: (name: string) => Stream,
): Tensors {
  const size = images.data.length;
  const noise = (data: Float32Array) => ({ noise: channelsFirst({ shape: images.shape, data }) });
  const setting = (name: string) => Number(Object.entries(settings).find(([key]) => key === name)?.[1]);
  switch (draws) {
    case 'nothing':
      return {};
    case 'mix': {
      const mixing = random('mixup');
      const ratio = mixing.beta(setting('alpha'), setting('alpha'));
      const order = mixing.permutation(images.shape[0] ?? 0);
      return {
        ratio: { shape: [], data: Float32Array.of(ratio) },
        order: { shape: [order.length], data: order },
      };
    }
    case 'uniform':
      return noise(random('inner-maximisation').uniform(size, -setting('epsilon'), setting('epsilon')));
    case 'normal':
      return noise(random('inner-maximisation').normals(size));
    case 'input-noise':
      return noise(random('input-noise').uniform(size, -setting('inputNoise'), setting('inputNoise')));
  }
}

const methodOf = (one: AgreementCase, { model, teacher }: Beginning) =>
  one.method({ model, weights: teacher });
const ownOf = (tensors: Tensors) => withPrefix('own', group('own', tensors));

async function ownAtStart(engine: Engine, one: AgreementCase, from: Beginning): Promise<Tensors> {
  const method = methodOf(one, from)({ engine, model: from.model });
  const { tensors } = start(from.model, method, from.student, SEED, from.batchSize);
  await method.dispose?.();
  return ownOf(tensors);
}
