import { readFile, stat } from 'node:fs/promises';
import { Failure, isFailure } from '../../../failure.ts';
import type { InputArtifact } from '../../../kind/kind.ts';
import { type Part, shardFolder } from '../../../kind/parts.ts';
import type { Change } from '../augment.ts';
import { type Dataset, labelAt } from '../dataset.ts';
import type { ChannelStatistics } from '../statistics.ts';
import type { ImageWorkers } from './image-workers.ts';
import { badIndex, indexFile, namesFile, readIndex, type ShardIndex, shardFile } from './shard-index.ts';
import type { Stored } from './tasks.ts';

/** Labelled images on the disk, which are decoded when they are read. In memory are about 25 bytes for each image. */
export interface ShardedDataset extends Pick<Dataset, 'labels' | 'shape' | 'classes'> {
  readonly statistics: ChannelStatistics;
  /** Number of batches that are in memory or being read at most, with the one in use. */
  readonly ahead: number;
  /**
   * Reads images: float32 [count, height, width, channels], in [0, 1].
   * @param changes what is done to each, in the order of `indices`
   * @throws Failure `bad-dataset`, which names the image, if it is damaged
   * @throws RangeError for an index outside the data set
   */
  read(indices: ArrayLike<number>, changes?: readonly Change[]): Promise<Float32Array>;
}

type Files = Pick<InputArtifact, 'file' | 'files'>;

/**
 * Opens a part that is stored in shards.
 * @throws Failure `bad-dataset` if a shard is missing or has another size
 */
export async function openShards(
  files: Files,
  part: Part,
  { shape, classes }: Pick<Dataset, 'shape' | 'classes'>,
  workers: ImageWorkers,
): Promise<ShardedDataset> {
  const folder = shardFolder(part);
  const path = files.file(folder + indexFile);
  const index = await readIndex(path);
  const { labels, shaping, statistics } = index;
  if (!labels.every((label) => label >= 0 && label < classes.length)) throw badIndex(path);
  const shards = await wholeShards(files, folder, index);
  const storedAt = (image: number, change: Change | undefined): Stored => {
    labelAt(index, image); // it is one of them, and so has an entry in each column
    const [a = 0, b = 0] = index.checksums.subarray(2 * image, 2 * image + 2);
    return {
      shard: shards[index.shards[image] ?? -1] ?? '',
      offset: index.offsets[image] ?? 0,
      length: index.lengths[image] ?? 0,
      checksum: [a, b],
      change,
    };
  };
  return {
    labels,
    shape,
    classes,
    statistics,
    // The one in use, and one for each worker.
    ahead: 1 + Math.max(workers.count, 1),
    async read(indices, changes) {
      const images = Array.from(indices, (image, row) => storedAt(image, changes?.[row]));
      try {
        return await workers.batch({ images, shape, shaping });
      } catch (error) {
        if (!isFailure(error)) throw error;
        const image = indices[Number(error.details?.row)] ?? -1;
        const name = await nameOf(files.file(folder + namesFile), image);
        const shard = folder + shardFile(index.shards[image] ?? -1);
        throw damaged(`The image ${name} cannot be read from ${shard}: ${error.message}.`, error);
      }
    },
  };
}

/** Paths of the shards; each has the size that the index says. */
async function wholeShards({ file, files }: Files, folder: string, index: ShardIndex): Promise<string[]> {
  const sizes: number[] = [];
  for (const [image, shard] of index.shards.entries()) {
    const end = (index.offsets[image] ?? 0) + (index.lengths[image] ?? 0);
    sizes[shard] = Math.max(sizes[shard] ?? 0, end);
  }
  const names = sizes.map((_, shard) => folder + shardFile(shard));
  const lost = names.find((name) => !files.includes(name));
  if (lost !== undefined) throw damaged(`The data set has no ${lost}, which has some of its images.`);
  const paths = names.map(file);
  for (const [shard, path] of paths.entries()) {
    const found = await stat(path).catch((cause: unknown) => {
      throw damaged(`${names[shard]} of the data set cannot be read.`, cause);
    });
    if (found.size === sizes[shard]) continue;
    throw damaged(`${names[shard]} of the data set has ${found.size} bytes instead of ${sizes[shard]}.`);
  }
  return paths;
}

/** For the message of a failure, which a second one must not hide: its number, if the names cannot be read. */
async function nameOf(path: string, image: number): Promise<string> {
  const names = await readFile(path, 'utf8').catch(() => '');
  return names.split('\n')[image] || String(image);
}

function damaged(message: string, cause?: unknown): Failure {
  return new Failure('bad-dataset', message, {
    hint: '`retable cache verify --repair` finds damaged files; run again then.',
    cause,
  });
}
