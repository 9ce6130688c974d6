import type { CompiledStep, Engine } from '../../engine/engine.ts';
import { toBatch } from '../data/batch.ts';
import type { ExpectedData } from '../data/expected.ts';
import { forwardFlops } from '../diagnose/forward-flops.ts';
import { initialise } from '../model/init.ts';
import type { Model } from '../model/model.ts';
import { parameterCount } from '../model/models.ts';
import { learningRate } from '../optimise/schedule.ts';
import { stream } from '../random/stream.ts';
import { type Current, isWeight, start, toSnapshot, weightsOf } from '../train/current.ts';
import { type Metered, metered } from '../train/meter.ts';
import type { Method, MethodBuilder, TrainingStepContext } from '../train/method.ts';
import { withPrefix } from '../train/names.ts';
import type { loopOptions } from '../train/parameters.ts';
import type { Snapshots, TrainingSnapshot } from '../train/snapshot.ts';
import { batchInputs, trainingStep } from '../train/step.ts';
import { createValidation } from '../train/validation.ts';
import { madeUp } from './made-up.ts';
import { positionsOf } from './positions.ts';
import { measuredRows, timed } from './timing.ts';

export interface TrainingToMeasure {
  readonly engine: Engine;
  readonly model: Model;
  readonly method: MethodBuilder;
  readonly loop: ReturnType<typeof loopOptions>;
  /** Epochs that are trained, of those in `loop`. */
  readonly epochs: number;
  readonly data: ExpectedData;
  /** Saving a snapshot is part of each epoch. */
  readonly snapshots: Snapshots<TrainingSnapshot>;
}

export interface MeasuredTraining {
  /** Seconds of all steps, validations and snapshots of the training. */
  readonly seconds: number;
  /** Seconds that the measured ones took. */
  readonly spent: number;
  /** FLOPs of the training with its validations; undefined if the engine cannot count. */
  readonly flops: number | undefined;
  /** Bytes of the trained weights. */
  readonly weights: number;
  /**
   * Bytes by which the training needs more memory than measuring it: what the steps took, in proportion to the images of a
   * batch. It is more than is needed, because compiling and weights do not grow with the batch.
   */
  readonly memory: number;
}

/** The cost of one run of something that is run many times. */
interface Cost {
  readonly seconds: number;
  readonly flops: number | undefined;
}

/**
 * The cost of a training, from a few of its steps on random images. The steps are at several places of the training,
 * because some methods change on the way; see `positionsOf`. Costs of small batches are scaled by the number of images.
 * FLOPs of convolutions and matrix products are proportional to it.
 */
export async function measureTraining(options: TrainingToMeasure): Promise<MeasuredTraining> {
  const { engine, model, loop, epochs, data } = options;
  const batchSize = Math.min(loop.batchSize, data.train);
  const weights = initialise([...model.parameters, ...model.state], 0);
  const rows = measuredRows(batchSize, await forwardFlops(engine, model, weights));
  const meter = metered(engine, model);
  const method = options.method(meter);
  const step = meter.engine.compileStep(`train/${method.name}`, trainingStep(method, loop.optimiser), {
    fixed: withPrefix('fixed', method.fixed ?? {}),
  });
  try {
    const stepsPerEpoch = Math.floor(data.train / batchSize) * (method.replays ?? 1);
    const current = start(model, method, undefined, 0, rows);
    const run = stepRunner({ ...options, method, step, rows, stepsPerEpoch, current });
    const before = process.memoryUsage().rss;
    await step.set(current.tensors);
    const costs = clock(meter.take);
    const positions = await positionsOf(epochs * stepsPerEpoch, (at) => costs(() => run(at)));
    const scale = batchSize / rows;
    const steps = times(positions.mean, epochs * stepsPerEpoch * scale);
    const rest = await afterEpoch(options, { method, meter, rows, snapshot: toSnapshot(current) });
    const { seconds, flops } = sum(steps, times(rest.perEpoch, epochs));
    return {
      seconds,
      flops,
      spent: positions.spent + rest.spent,
      weights: 4 * parameterCount(model),
      memory: Math.max(0, 1024 * process.resourceUsage().maxRSS - before) * (scale - 1),
    };
  } finally {
    await step.dispose();
    await method.dispose?.();
  }
}

/** Takes the step at a position of the training. */
function stepRunner({
  loop,
  method,
  step,
  rows,
  stepsPerEpoch,
  data,
  current,
}: Pick<TrainingToMeasure, 'loop' | 'data'> & {
  readonly method: Method;
  readonly step: CompiledStep;
  readonly rows: number;
  readonly stepsPerEpoch: number;
  readonly current: Current;
}) {
  const { seed, epochs, schedule, augment } = loop;
  const images = madeUp(rows, data.shape, data.classes);
  const indices = images.labels.map((_, index) => index);
  const weightNames = Object.keys(current.tensors).filter(isWeight);
  return async (at: number): Promise<void> => {
    const clean = toBatch(images, indices, augment, stream(seed, 'train/augment', at));
    const context: TrainingStepContext = {
      weights: async () => weightsOf(await step.get(weightNames)),
      random: (name) => stream(seed, `train/${name}`, at),
      step: at,
      steps: epochs * stepsPerEpoch,
    };
    const prepared = (await method.prepare?.(clean, context)) ?? clean;
    const rate = learningRate(schedule, { step: at, stepsPerEpoch, epochs });
    await step.run({ ...batchInputs(prepared), learningRate: { shape: [], data: Float32Array.of(rate) } });
  };
}

interface Trained {
  readonly method: Method;
  /** Counts what the method computes, such as its attack. */
  readonly meter: Metered;
  readonly rows: number;
  readonly snapshot: TrainingSnapshot;
}

/** The cost of what follows the steps of an epoch: a snapshot and, if there is a validation part, a validation. */
async function afterEpoch(
  { model, loop, data, snapshots }: TrainingToMeasure,
  { method, meter, rows, snapshot }: Trained,
): Promise<{ perEpoch: Cost; spent: number }> {
  const saved = (await timed(() => snapshots.save(snapshot))).seconds;
  if (data.validation === 0) return { perEpoch: { seconds: saved, flops: 0 }, spent: saved };
  const count = Math.min(rows, data.validation);
  const images = madeUp(count, data.shape, data.classes);
  const validation = createValidation(meter.engine, model, method, images, count);
  const weights = weightsOf(snapshot.tensors);
  const costs = clock(meter.take);
  try {
    const measure = () =>
      validation.measure(weights, (batch) => ({
        weights: async () => weights,
        random: (name) => stream(loop.seed, `validate/${name}`, batch),
      }));
    await costs(measure); // compiles
    const cost = await costs(measure);
    const perEpoch = sum({ seconds: saved, flops: 0 }, times(cost, data.validation / count));
    return { perEpoch, spent: saved + 2 * cost.seconds };
  } finally {
    await validation.dispose();
  }
}

/** Measures the cost of an action, by a counter of FLOPs. */
function clock(take: () => { readonly flops: number } | undefined) {
  return async (action: () => Promise<unknown>): Promise<Cost> => {
    take();
    const { seconds } = await timed(action);
    return { seconds, flops: take()?.flops };
  };
}

function times({ seconds, flops }: Cost, factor: number): Cost {
  return { seconds: seconds * factor, flops: flops === undefined ? undefined : flops * factor };
}

function sum(a: Cost, b: Cost): Cost {
  const isCounted = a.flops !== undefined && b.flops !== undefined;
  return { seconds: a.seconds + b.seconds, flops: isCounted ? a.flops + b.flops : undefined };
}
