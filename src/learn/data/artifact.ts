import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Failure } from '../../failure.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import { type Dataset, imageSize, type Split } from './dataset.ts';

const count = Type.Integer({ minimum: 0 });
const size = Type.Integer({ minimum: 1 });
const description = Type.Object({
  name: Type.String(),
  classes: Type.Array(Type.String()),
  shape: Type.Tuple([size, size, size]),
  counts: Type.Object({ train: count, test: count }),
});

/** `dataset.json` of an artifact. */
type Description = Static<typeof description>;

/**
 * Writes a data set as an artifact: `dataset.json` (name, classes, shape, counts) and, for each part,
 * `train.safetensors` and `test.safetensors` with `images` (U8 [count, height, width, channels]) and `labels` (I32 [count]).
 *
 * @param folder exists
 * @throws Failure `disk-full`
 */
export async function writeDataset(folder: string, name: string, split: Split): Promise<void> {
  const { classes, shape } = split.train;
  const counts = { train: split.train.labels.length, test: split.test.labels.length };
  for (const part of ['train', 'test'] as const) {
    const { images, labels } = split[part];
    await writeSafetensors(join(folder, `${part}.safetensors`), {
      images: { dtype: 'U8', shape: [counts[part], ...shape], data: images },
      labels: { dtype: 'I32', shape: [counts[part]], data: labels },
    });
  }
  const json = JSON.stringify({ name, classes, shape, counts }, null, 2);
  await writeFile(join(folder, 'dataset.json'), `${json}\n`);
}

/**
 * Reads a data set back.
 *
 * @param file where a file of the artifact lies, such as `InputArtifact.file`
 * @throws Failure `bad-dataset`, `bad-safetensors`, `no-such-file`
 */
export async function readDataset(file: (name: string) => string): Promise<Split & { name: string }> {
  const path = file('dataset.json');
  const described = parse(path, await readFile(path, 'utf8'));
  const train = await readPart(file('train.safetensors'), described, described.counts.train);
  const test = await readPart(file('test.safetensors'), described, described.counts.test);
  return { name: described.name, train, test };
}

function parse(path: string, text: string): Description {
  try {
    return Value.Parse(description, JSON.parse(text));
  } catch (cause) {
    throw new Failure('bad-dataset', `${path} does not describe a data set.`, { cause });
  }
}

async function readPart(path: string, { shape, classes }: Description, records: number): Promise<Dataset> {
  const { images, labels } = (await readSafetensors(path)).tensors;
  const dataset = { shape, classes };
  const fits =
    images?.dtype === 'U8' &&
    labels?.dtype === 'I32' &&
    labels.data.length === records &&
    images.data.length === records * imageSize(dataset) &&
    labels.data.every((label) => label >= 0 && label < classes.length);
  if (!fits) {
    throw new Failure(
      'bad-dataset',
      `${path} does not hold the ${records} records that dataset.json tells of.`,
    );
  }
  return { ...dataset, images: images.data, labels: labels.data };
}
