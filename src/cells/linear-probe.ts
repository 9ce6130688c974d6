import type { CellContext } from '../kind/kind.ts';
import { openPart } from '../learn/data/artifact.ts';
import { imageWorkers } from '../learn/data/shards/image-workers.ts';
import { type Checkpoint, readModel } from '../learn/model/artifact.ts';
import type { loopOptions } from '../learn/train/parameters.ts';
import { linearProbe } from '../learn/transfer/linear-probe.ts';
import { measuredTraining, type TrainingContext } from './measured-training.ts';
import { writeTraining } from './write-training.ts';

type Context = Pick<CellContext<unknown>, 'inputs' | 'cores' | 'output' | 'values'> & TrainingContext;

/**
 * Trains a new last layer of the `model` input for the classes of the `data` input, resuming from the scratch folder,
 * and writes the new model.
 * @throws Failure `shape-mismatch` if the model takes other images
 */
export async function linearProbeCell(
  context: Context,
  checkpoint: Checkpoint,
  loop: ReturnType<typeof loopOptions>,
): Promise<void> {
  const { inputs, cores, output, values } = context;
  if (!inputs.data || !inputs.model) throw new Error('The kind declares no inputs named data and model');
  const dataset = await openPart(inputs.data, 'train', imageWorkers(cores));
  const trained = await readModel(inputs.model.file, checkpoint);
  const { description, model, body, method } = linearProbe(trained, dataset.classes);
  const result = await measuredTraining(context, { model, method, dataset, ...loop });
  const last = { ...body, ...result.last };
  values(await writeTraining(output, description, { last, history: result.history }));
}
