import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { type Part, shardFolder } from '../kind/parts.ts';
import { writeDataset, writeDescription } from '../learn/data/artifact.ts';
import type { Collection } from '../learn/data/collection.ts';
import { type Dataset, imageSize, labelsAt } from '../learn/data/dataset.ts';
import type { Shaping } from '../learn/data/image.ts';
import { imageWorkers } from '../learn/data/shards/image-workers.ts';
import { checkImage } from '../learn/data/shards/tasks.ts';
import { type WriteShardsOptions, writeShards } from '../learn/data/shards/write-shards.ts';
import type { Store } from '../learn/data/store.ts';

/** The images of a part. */
export interface Chosen {
  readonly from: Collection;
  readonly indices: ArrayLike<number>;
}

/** The images of each part. */
export interface ChosenParts {
  readonly train: Chosen;
  readonly test: Chosen;
  readonly validation?: Chosen | undefined;
}

export interface StoreOptions extends Pick<WriteShardsOptions, 'shardBytes' | 'onImages'> {
  /** Becomes the artifact. */
  readonly output: string;
  /** Number of threads that decode images; see `imageWorkers`. */
  readonly cores: number;
  /** With `auto`, image files are decoded if their pixels have no more bytes than this. Default `USUAL_MOST_DECODED`. */
  readonly mostDecoded?: number | undefined;
}

const USUAL_MOST_DECODED = 2 ** 30;

/**
 * Writes the parts of a data set: decoded, each as one file that a cell reads as a whole, or encoded, in shards.
 * @throws Failure `different-sizes`; those of `Collection.read` and `writeShards`
 */
export async function storeDataset(
  name: string,
  chosen: ChosenParts,
  store: Store,
  shaping: Shaping,
  options: StoreOptions,
): Promise<void> {
  const { mostDecoded = USUAL_MOST_DECODED } = options;
  const encoded =
    store === 'encoded' || (store === 'auto' && (await decodedBytes(chosen, shaping)) > mostDecoded);
  await (encoded ? storeEncoded : storeDecoded)(name, chosen, shaping, options);
}

/** What image files take if they are decoded and as large as the first one; 0 for other images. */
async function decodedBytes({ train, test, validation }: ChosenParts, shaping: Shaping): Promise<number> {
  const [first] = train.from.files?.([train.indices[0] ?? -1]) ?? [];
  if (!first) return 0;
  const { shape } = await checkImage({ path: first.path, shaping });
  const count = train.indices.length + test.indices.length + (validation?.indices.length ?? 0);
  return count * imageSize({ shape });
}

async function storeDecoded(
  name: string,
  chosen: ChosenParts,
  shaping: Shaping,
  { output }: StoreOptions,
): Promise<void> {
  const read = ({ from, indices }: Chosen) => from.read(indices, shaping);
  const [train, test] = [await read(chosen.train), await read(chosen.test)];
  const validation = chosen.validation && (await read(chosen.validation));
  requireOneSize(train, { test, validation });
  await writeDataset(output, name, { train, test, ...(validation && { validation }) });
}

async function storeEncoded(
  name: string,
  chosen: ChosenParts,
  shaping: Shaping,
  { output, cores, ...options }: StoreOptions,
): Promise<void> {
  const workers = imageWorkers(cores);
  const write = async (part: Part, { from, indices }: Chosen) => {
    const files = from.files?.(indices);
    if (!files) throw new Error(`The images of ${name} are no files`);
    const folder = join(output, shardFolder(part));
    return {
      shape: await writeShards(folder, files, labelsAt(from, indices), { ...options, shaping, workers }),
    };
  };
  try {
    const [train, test] = [await write('train', chosen.train), await write('test', chosen.test)];
    const validation = chosen.validation && (await write('validation', chosen.validation));
    requireOneSize(train, { test, validation });
    await writeDescription(output, { name, classes: chosen.train.from.classes, ...train });
  } finally {
    await workers.close();
  }
}

type Shaped = Pick<Dataset, 'shape'>;

function requireOneSize(train: Shaped, others: Readonly<Record<string, Shaped | undefined>>): void {
  for (const [part, other] of Object.entries(others)) {
    if (!other || other.shape.join() === train.shape.join()) continue;
    throw new Failure(
      'different-sizes',
      `Training images are [${train.shape}], ${part} images [${other.shape}].`,
      { hint: 'All images of a data set must have one size: set `resize` and `crop`, such as 256 and 224.' },
    );
  }
}
