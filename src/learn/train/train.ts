import type { Engine, Tensors } from '../../engine/engine.ts';
import type { Examples } from '../data/examples.ts';
import { checkDataset } from '../model/fit.ts';
import type { Model } from '../model/model.ts';
import type { SgdSettings } from '../optimise/sgd.ts';
import { type Current, fromSnapshot, start, toSnapshot, weightsOf } from './current.ts';
import { batchSizeOf, type EpochOptions, type Machinery, trainEpoch } from './epoch.ts';
import { metered } from './meter.ts';
import type { MethodBuilder } from './method.ts';
import { withPrefix } from './names.ts';
import type { EpochRecord, Snapshots, TrainingSnapshot } from './snapshot.ts';
import { trainingStep } from './step.ts';
import { createValidation } from './validation.ts';

export interface TrainingOptions extends EpochOptions {
  readonly engine: Engine;
  readonly model: Model;
  readonly method: MethodBuilder;
  /** Records that are not in `dataset`, for choosing the best epoch. Never the test set. */
  readonly validation?: Examples | undefined;
  readonly optimiser: SgdSettings;
  /** Train only this many of the `epochs` epochs. Default: all. */
  readonly stopAfter?: number | undefined;
  /** Initial weights: parameters and state. Default: random ones from the seed. */
  readonly initial?: Tensors | undefined;
  /** Called after each epoch and its `onEpoch`; after a resume, before all others, also for the earlier epochs. */
  readonly onRecord?: ((record: EpochRecord) => void) | undefined;
  readonly snapshots?: Snapshots<TrainingSnapshot> | undefined;
  /**
   * Epochs from one snapshot at the end of an epoch to the next; the last epoch always has one. Default 1. Results do
   * not depend on it, nor on `snapshotSeconds`.
   */
  readonly snapshotEvery?: number | undefined;
  /** Seconds after which a snapshot is made within an epoch. Default: five minutes. */
  readonly snapshotSeconds?: number | undefined;
}

export interface TrainingResult {
  /** The model's parameters and state after the last epoch. */
  readonly last: Tensors;
  /**
   * The weights after the epoch with the best validation accuracy (the first of equals), if there was a validation
   * part.
   */
  readonly best?: { readonly epoch: number; readonly accuracy: number; readonly weights: Tensors };
  readonly history: readonly EpochRecord[];
}

/**
 * Trains a model. A run that is resumed from a snapshot, also in the middle of an epoch, ends in the same bits as one
 * that was not interrupted.
 * @throws Failure `diverged` with epoch and step, if a loss is not finite; `empty-dataset`; `shape-mismatch`
 */
export async function train(options: TrainingOptions): Promise<TrainingResult> {
  const { model, dataset, epochs, stopAfter = epochs, snapshots, snapshotEvery = 1 } = options;
  checkDataset(model, dataset);
  if (options.validation) checkDataset(model, options.validation);
  const machinery = build(options);
  const saving = snapshots && savingBySeconds(snapshots, options.snapshotSeconds ?? usualSeconds);
  try {
    const saved = await snapshots?.load();
    const size = batchSizeOf(options);
    let current = saved
      ? fromSnapshot(saved)
      : start(model, machinery.method, options.initial, options.seed, size);
    for (const record of current.history) options.onRecord?.(record);
    for (let epoch = current.history.length; epoch < stopAfter; epoch += 1) {
      current = await trainEpoch(options, machinery, current, epoch, saving?.within);
      const record = current.history.at(-1);
      if (record) options.onRecord?.(record);
      if ((epoch + 1) % snapshotEvery === 0 || epoch + 1 === stopAfter) {
        await saving?.now(current);
      }
    }
    const { tensors, history, best, bestWeights } = current;
    return { last: weightsOf(tensors), history, ...(best && { best: { ...best, weights: bestWeights } }) };
  } finally {
    await dispose(machinery);
  }
}

/** A snapshot of a large network takes a second or two. */
const usualSeconds = 300;

/** Saves snapshots: `within` an epoch, only if so many seconds have passed since the last one. */
function savingBySeconds(snapshots: Snapshots<TrainingSnapshot>, seconds: number) {
  let last = performance.now();
  const now = async (current: Current) => {
    await snapshots.save(toSnapshot(current));
    last = performance.now();
  };
  const within = async (current: () => Promise<Current>) => {
    if (performance.now() - last >= 1000 * seconds) await now(await current());
  };
  return { now, within };
}

function build({ engine, model, validation, batchSize, optimiser, ...options }: TrainingOptions): Machinery {
  const meter = metered(engine, model);
  const method = options.method(meter);
  const fixed = withPrefix('fixed', method.fixed ?? {});
  return {
    method,
    step: meter.engine.compileStep(`train/${method.name}`, trainingStep(method, optimiser), { fixed }),
    validator: validation && createValidation(engine, model, method, validation, batchSize),
    meter,
  };
}

async function dispose({ method, step, validator }: Machinery): Promise<void> {
  await step.dispose();
  await validator?.dispose();
  await method.dispose?.();
}
