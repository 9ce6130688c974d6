import { type ModelDescription, writeModel } from '../learn/model/artifact.ts';
import { mean } from '../learn/train/averages.ts';
import type { TrainingResult } from '../learn/train/train.ts';

/**
 * Writes the model artifact of a training.
 * @param folder exists
 * @returns numbers for tables
 */
export async function writeTraining(
  folder: string,
  description: Omit<ModelDescription, 'bestEpoch'>,
  { last, best, history }: TrainingResult,
): Promise<Record<string, number>> {
  const bestEpoch = best && { bestEpoch: best.epoch };
  await writeModel(folder, { ...description, ...bestEpoch }, { last, best: best?.weights });
  const final = history.at(-1);
  const works = history.flatMap(({ work }) => work ?? []);
  const counted = works.length === history.length;
  return {
    epochs: history.length,
    // Per epoch, the mean over the training, because some methods change during training.
    ...(counted && {
      'gradient-passes': mean(works.map(({ gradientPasses }) => gradientPasses)),
      'epoch-flops': mean(works.map(({ flops }) => flops)),
    }),
    ...(final && { 'train-loss': final.loss, 'train-accuracy': final.accuracy }),
    ...(final?.validation !== undefined && { 'last-validation-accuracy': final.validation }),
    ...(final?.validationLoss !== undefined && { 'last-validation-loss': final.validationLoss }),
    ...(best && { 'best-epoch': best.epoch, 'validation-accuracy': best.accuracy }),
  };
}
