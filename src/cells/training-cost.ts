import type { Asked, CellCost } from '../kind/estimate.ts';
import type { CellContext } from '../kind/kind.ts';
import { imageSize } from '../learn/data/dataset.ts';
import { expectedData } from '../learn/data/expected.ts';
import { modelOf } from '../learn/estimate/model-of.ts';
import { measureTraining } from '../learn/estimate/training.ts';
import type { ModelSettings } from '../learn/model/models.ts';
import type { MethodBuilder } from '../learn/train/method.ts';
import { loopOptions, type TrainingParameters } from '../learn/train/parameters.ts';
import { snapshotFile } from './snapshot-file.ts';

type Context = Pick<CellContext<unknown>, 'engine' | 'scratch' | 'trajectory' | 'places'>;

/** The cost of a cell that trains a network, from a few steps. */
export async function trainingCost(
  { parameters, needs }: Asked<TrainingParameters>,
  { engine, places, ...folders }: Context,
  method: MethodBuilder,
  taps: Pick<ModelSettings, 'tapBeforeRelu'> = {},
): Promise<CellCost> {
  const data = expectedData(needs.data, places);
  const { net } = parameters;
  const measured = await measureTraining({
    engine: await engine(),
    model: modelOf({ net, inputShape: data.shape, classes: data.classes }, taps),
    method,
    loop: loopOptions(parameters),
    epochs: parameters['stop-after'] ?? parameters.epochs,
    data,
    snapshots: snapshotFile(folders),
  });
  const { seconds, spent, flops, weights } = measured;
  const images = (data.train + data.validation) * imageSize(data);
  const checkpoints = data.validation > 0 ? 2 : 1;
  return { seconds, spent, flops, memory: measured.memory + images, disk: checkpoints * weights };
}
