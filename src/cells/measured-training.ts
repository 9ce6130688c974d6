import type { CellContext } from '../kind/kind.ts';
import { mean } from '../learn/train/averages.ts';
import type { EpochRecord } from '../learn/train/snapshot.ts';
import { type TrainingOptions, type TrainingResult, train } from '../learn/train/train.ts';
import { snapshotFile } from './snapshot-file.ts';

/** The parts of a cell's context that a training uses. */
export type TrainingContext = Pick<
  CellContext<unknown>,
  'scratch' | 'trajectory' | 'engine' | 'progress' | 'record' | 'measure'
>;

type Options = Omit<TrainingOptions, 'engine' | 'onProgress' | 'onRecord' | 'onEpoch' | 'snapshots'>;

/**
 * Trains in a cell: continues from the latest snapshot of its trajectory, reports progress and the seconds of each epoch
 * that it trains itself, and measures `trainingMeasures`.
 */
export async function measuredTraining(
  { engine, progress, record, measure, ...folders }: TrainingContext,
  options: Options,
): Promise<TrainingResult> {
  const seconds: number[] = [];
  let ofEpoch: number | undefined;
  const result = await train({
    ...options,
    engine: await engine(),
    onProgress: progress,
    onEpoch: (taken) => {
      seconds.push(taken);
      ofEpoch = taken;
    },
    // Epochs of earlier attempts are reported first. They have no seconds, because these belong to their attempt.
    onRecord: (epoch) => record(asRecord(epoch), ofEpoch === undefined ? undefined : { seconds: ofEpoch }),
    snapshots: snapshotFile(folders, options.stopAfter),
  });
  // Empty if an earlier attempt completed the last epoch.
  if (seconds.length > 0) measure({ 'seconds-per-epoch': secondsPerEpoch(seconds) });
  return result;
}

/** An epoch, with the names used in tables. */
function asRecord({ learningRate, validationLoss, work, ...record }: EpochRecord) {
  return {
    ...record,
    ...(validationLoss !== undefined && { 'validation-loss': validationLoss }),
    'learning-rate': learningRate,
    ...(work && { 'gradient-passes': work.gradientPasses, flops: work.flops }),
  };
}

/**
 * The mean over epochs, because some methods change during training. The first epoch of an attempt is left out if
 * there are others, because it includes compiling.
 * @param seconds at least one
 */
export function secondsPerEpoch(seconds: readonly number[]): number {
  return mean(seconds.length > 1 ? seconds.slice(1) : seconds);
}
