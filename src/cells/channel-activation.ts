import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor, Tensors } from '../engine/engine.ts';
import type { CellContext } from '../kind/kind.ts';
import { output } from '../learn/attack/gradient-step.ts';
import { classCounts } from '../learn/data/dataset.ts';
import type { EvaluatedPart } from '../learn/data/evaluated-part.ts';
import type { Examples } from '../learn/data/examples.ts';
import { blockName, type ChannelOptions, channelActivation } from '../learn/diagnose/channel-activation.ts';
import { classChannels, frequencyChange, relativeChange } from '../learn/diagnose/class-channels.ts';
import { type Checkpoint, readModel } from '../learn/model/artifact.ts';
import { mean } from '../learn/train/averages.ts';
import { withPrefix } from '../learn/train/names.ts';
import { writeTensors } from '../learn/weights/host-tensors.ts';
import { batchFiles } from './batch-files.ts';
import { readEvaluated } from './read-evaluated.ts';

export interface ChannelSettings extends Pick<ChannelOptions, 'attack' | 'seed' | 'batchSize'> {
  readonly part: EvaluatedPart;
  readonly checkpoint: Checkpoint;
}

type Context = Pick<
  CellContext<unknown>,
  'inputs' | 'cores' | 'output' | 'scratch' | 'engine' | 'progress' | 'values' | 'warn'
>;

/**
 * Compares the channel activations of clean and adversarial images of a part of the `data` input, class by class.
 * Writes the vectors to `channels.safetensors`, and the changes of each block and class to `changes.json`. A class
 * whose clean images activate no channel has no relative change; a warning names it.
 */
export async function channelCell(context: Context, settings: ChannelSettings): Promise<void> {
  const { inputs, scratch, engine, progress, values } = context;
  if (!inputs.model) throw new Error('The kind declares no input named model');
  const dataset = await readEvaluated(context, settings.part);
  const read = await readModel(inputs.model.file, settings.checkpoint);
  const found = await channelActivation({
    ...settings,
    ...read,
    engine: await engine(),
    dataset,
    onProgress: progress,
    snapshots: batchFiles(scratch),
  });
  const blocks = read.model.taps.map((_, index) => blockName(index));
  const compared = blocks.map((block) => compareBlock(block, found, dataset));
  const vectors = compared.map(({ block, vectors }) => withPrefix(block, vectors));
  const counts = { shape: [dataset.classes.length], data: classCounts(dataset) };
  await writeTensors(join(context.output, 'channels.safetensors'), Object.assign({ counts }, ...vectors));
  const changes = compared.flatMap(({ block, classes }) => classes.map((one) => ({ block, ...one })));
  await writeFile(join(context.output, 'changes.json'), `${JSON.stringify(changes, null, 2)}\n`);
  for (const { block, classes } of compared) {
    const known = classes.flatMap(({ change }) => change ?? []);
    const silent = classes.flatMap((one) => (one.change === undefined ? [one.class] : []));
    if (silent.length > 0) {
      context.warn(
        'silent-channels',
        `In ${block} the clean images of ${silent.length} of ${classes.length} classes (${silent.join(', ')}) activate no channel, the adversarial ones do: change-${block} leaves them out.`,
      );
    }
    values({
      ...(known.length > 0 && { [`change-${block}`]: mean(known) }),
      [`frequency-change-${block}`]: mean(classes.map((one) => one.frequencyChange)),
    });
  }
}

function compareBlock(block: string, found: Tensors, dataset: Examples) {
  const [clean, adversarial] = [output(found, `clean/${block}`), output(found, `adversarial/${block}`)];
  const channels = clean.shape[1] ?? 0;
  const [before, after] = [classChannels(clean, dataset), classChannels(adversarial, dataset)];
  const counts = classCounts(dataset);
  const tensor = (data: Float64Array): HostTensor => ({
    shape: [dataset.classes.length, channels],
    data: Float32Array.from(data),
  });
  return {
    block,
    vectors: {
      'clean-magnitude': tensor(before.magnitude),
      'clean-frequency': tensor(before.frequency),
      'adversarial-magnitude': tensor(after.magnitude),
      'adversarial-frequency': tensor(after.frequency),
    },
    // A class without images, as in a small part of a data set, has nothing to compare.
    classes: dataset.classes.flatMap((name, row) =>
      counts[row] === 0
        ? []
        : [
            {
              class: name,
              change: relativeChange(before.magnitude, after.magnitude, row, channels),
              frequencyChange: frequencyChange(before.frequency, after.frequency, row, channels),
            },
          ],
    ),
  };
}
