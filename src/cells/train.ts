import type { CellContext } from '../kind/kind.ts';
import { hasPart } from '../kind/parts.ts';
import { openPart } from '../learn/data/artifact.ts';
import { type Examples, statisticsOf } from '../learn/data/examples.ts';
import { imageWorkers } from '../learn/data/shards/image-workers.ts';
import { createModel, type ModelSettings } from '../learn/model/models.ts';
import { normaliseBy } from '../learn/model/normalise.ts';
import type { MethodBuilder } from '../learn/train/method.ts';
import { loopOptions, type TrainingParameters } from '../learn/train/parameters.ts';
import { measuredTraining, type TrainingContext } from './measured-training.ts';
import { writeTraining } from './write-training.ts';

type Context = Pick<
  CellContext<TrainingParameters>,
  'parameters' | 'inputs' | 'cores' | 'output' | 'values' | 'warn'
> &
  TrainingContext;

type TapSettings = Pick<ModelSettings, 'tapBeforeRelu'>;

/**
 * Trains a network on the `data` input, continuing from the latest snapshot of its trajectory, and writes the model
 * artifact with the history of its epochs.
 */
export async function trainCell(
  context: Context,
  method: MethodBuilder,
  taps: TapSettings = {},
): Promise<void> {
  const { parameters, inputs, cores, output, values } = context;
  if (!inputs.data) throw new Error('The kind declares no input named data');
  const workers = imageWorkers(cores);
  const dataset = await openPart(inputs.data, 'train', workers);
  const description = describe(context, dataset);
  const result = await measuredTraining(context, {
    model: createModel(parameters.net, { ...description, ...taps }),
    method,
    dataset,
    validation: hasPart(inputs.data.files, 'validation')
      ? await openPart(inputs.data, 'validation', workers)
      : undefined,
    ...loopOptions(parameters),
    stopAfter: parameters['stop-after'],
  });
  values(await writeTraining(output, description, result));
}

function describe({ parameters: { net, normalise }, warn }: Context, dataset: Examples) {
  const [height, width, channels] = dataset.shape;
  const inputShape: [number, number, number] = [height, width, channels];
  const { classes } = dataset;
  const described = { net, inputShape, classes: classes.length, classNames: [...classes] };
  if (normalise === 'none') return described;
  const statistics = normaliseBy(statisticsOf(dataset));
  if (statistics.flat.length > 0) {
    warn(
      'flat-channels',
      `Channels of the training images, counted from 0, with a standard deviation below 1/255: ${statistics.flat.join(', ')}. \`normalise\` subtracts their mean and does not scale them.`,
    );
  }
  return { ...described, normalise: statistics.normalise };
}
