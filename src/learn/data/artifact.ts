import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Failure } from '../../failure.ts';
import type { InputArtifact } from '../../kind/kind.ts';
import { isSharded, PARTS, type Part, partFile } from '../../kind/parts.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import { type Dataset, imageSize, type Split } from './dataset.ts';
import type { Examples } from './examples.ts';
import type { ImageWorkers } from './shards/image-workers.ts';
import { openShards } from './shards/sharded-dataset.ts';

const size = Type.Integer({ minimum: 1 });
const description = Type.Object({
  name: Type.String(),
  classes: Type.Array(Type.String()),
  shape: Type.Tuple([size, size, size]),
});

/** `dataset.json` of an artifact: what all parts have in common. A change in one part must not change it. */
type Description = Static<typeof description>;

/**
 * Writes a data set in memory as an artifact: `dataset.json` (name, classes, shape) and, for each part that there is, a file such
 * as `train.safetensors` with `images` (U8 [count, height, width, channels]) and `labels` (I32 [count]).
 *
 * @param folder exists
 * @throws Failure `disk-full`
 */
export async function writeDataset(folder: string, name: string, split: Split): Promise<void> {
  for (const part of PARTS) {
    const records = split[part];
    if (!records) continue;
    const { images, labels } = records;
    await writeSafetensors(join(folder, partFile(part)), {
      images: { dtype: 'U8', shape: [labels.length, ...records.shape], data: images },
      labels: { dtype: 'I32', shape: [labels.length], data: labels },
    });
  }
  await writeDescription(folder, { name, ...split.train });
}

/** Writes `dataset.json`. */
export async function writeDescription(
  folder: string,
  { name, classes, shape }: Pick<Dataset, 'classes' | 'shape'> & { name: string },
): Promise<void> {
  const json = JSON.stringify({ name, classes, shape }, null, 2);
  await writeFile(join(folder, 'dataset.json'), `${json}\n`);
}

/**
 * Opens a part of a data set: reads it, or opens its shards.
 * @throws Failure those of `readPart` and `openShards`
 */
export async function openPart(
  artifact: Pick<InputArtifact, 'file' | 'files'>,
  part: Part,
  workers: ImageWorkers,
): Promise<Examples> {
  const { file, files } = artifact;
  if (!isSharded(files, part)) return readPart(file, part);
  return openShards(artifact, part, await readDescription(file), workers);
}

/**
 * Reads a part of a data set that is not stored in shards.
 *
 * @param file returns the path of a file of the artifact, such as `InputArtifact.file`
 * @throws Failure `bad-dataset`, `bad-safetensors`, `no-such-file`
 */
export async function readPart(file: (name: string) => string, part: Part): Promise<Dataset> {
  return readRecords(file(partFile(part)), await readDescription(file));
}

async function readDescription(file: (name: string) => string): Promise<Description> {
  const path = file('dataset.json');
  return parse(path, await readFile(path, 'utf8'));
}

function parse(path: string, text: string): Description {
  try {
    return Value.Parse(description, JSON.parse(text));
  } catch (cause) {
    throw new Failure('bad-dataset', `${path} does not describe a data set.`, {
      hint: 'Check the kind that wrote it.',
      cause,
    });
  }
}

async function readRecords(path: string, { shape, classes }: Description): Promise<Dataset> {
  const { images, labels } = (await readSafetensors(path)).tensors;
  const dataset = { shape, classes };
  const fits =
    images?.dtype === 'U8' &&
    labels?.dtype === 'I32' &&
    images.data.length === labels.data.length * imageSize(dataset) &&
    labels.data.every((label) => label >= 0 && label < classes.length);
  if (!fits) {
    throw new Failure(
      'bad-dataset',
      `${path} does not contain the images and labels that dataset.json describes.`,
    );
  }
  return { ...dataset, images: images.data, labels: labels.data };
}
