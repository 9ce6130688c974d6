import { join } from 'node:path';
import type { CellContext } from '../../kind/kind.ts';
import { readDataset } from '../data/artifact.ts';
import { type Checkpoint, readModel } from '../model/artifact.ts';
import { writeTensors } from '../weights/host-tensors.ts';
import { attack } from './attack.ts';
import { type AttackSettings, createAttack } from './attacks.ts';
import { batchFiles } from './batch-files.ts';

export interface AttackCellSettings {
  readonly attack: AttackSettings;
  readonly batchSize: number;
  readonly seed: number;
  readonly checkpoint: Checkpoint;
  /** Of the `surrogate` input, if there is one. */
  readonly surrogateCheckpoint: Checkpoint;
  readonly keepImages: boolean;
}

type Context = Pick<CellContext<unknown>, 'inputs' | 'output' | 'scratch' | 'engine' | 'progress' | 'values'>;

/**
 * Attacks the `model` input on the test part of the `data` input, with images made on the `surrogate` input if there is one,
 * resuming after the last whole batch, and writes the results of each example.
 */
export async function attackCell(context: Context, settings: AttackCellSettings): Promise<void> {
  const { inputs, output, scratch, engine, progress, values } = context;
  if (!inputs.data || !inputs.model) throw new Error('The kind declares no inputs named data and model');
  const { test } = await readDataset(inputs.data.file);
  const { cleanAccuracy, robustAccuracy, surrogateAccuracy, zeroGradients, examples, after } = await attack({
    ...(await readModel(inputs.model.file, settings.checkpoint)),
    surrogate: inputs.surrogate && (await readModel(inputs.surrogate.file, settings.surrogateCheckpoint)),
    engine: await engine(),
    attack: createAttack(settings.attack),
    dataset: test,
    batchSize: settings.batchSize,
    seed: settings.seed,
    keepImages: settings.keepImages,
    onProgress: progress,
    checkpoints: batchFiles(scratch),
  });
  await writeTensors(join(output, 'examples.safetensors'), examples);
  values({
    accuracy: robustAccuracy,
    'clean-accuracy': cleanAccuracy,
    ...(surrogateAccuracy !== undefined && { 'surrogate-accuracy': surrogateAccuracy }),
    'zero-gradients': zeroGradients,
    examples: test.labels.length,
    ...Object.fromEntries((after ?? []).map((one) => [`after-${one.name}`, one.robustAccuracy])),
  });
}
