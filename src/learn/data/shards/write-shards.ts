import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writing } from '../../weights/disk-full.ts';
import type { Dataset } from '../dataset.ts';
import { differentSizes, type Shaping } from '../image.ts';
import { startAhead } from '../start-ahead.ts';
import { ExactStatistics } from './exact-statistics.ts';
import type { ImageWorkers } from './image-workers.ts';
import { ShardFiles } from './shard-files.ts';
import { namesFile, type ShardIndex, writeIndex } from './shard-index.ts';

/** An image file, with its name in the folder of the data set. */
export interface ImageFile {
  readonly name: string;
  readonly path: string;
}

export interface WriteShardsOptions {
  readonly shaping: Shaping;
  readonly workers: ImageWorkers;
  /** Bytes of a shard. Default `usualShard`. */
  readonly shardBytes?: number | undefined;
  /** Number of images written, and of all images. */
  readonly onImages?: ((done: number, total: number) => void) | undefined;
}

/** Large enough that a data set has few files, and small enough to copy, check and cache one. */
const usualShard = 512 * 2 ** 20;

/** Images that each worker may have read and not yet written. */
const imagesPerWorker = 8;

/**
 * Writes a part of a data set in shards: the files of the images, one after the other as they are, and an index. Each
 * image is decoded and shaped once, so that what cannot be used is found now, and for the statistics of the channels. A
 * few images at a time are in memory, whatever their number.
 *
 * @param folder becomes the folder of the part
 * @param files of the images, at least one, with a label for each
 * @returns the shape of the images
 * @throws Failure `different-sizes`, `disk-full`, those of `checkImage`
 */
export async function writeShards(
  folder: string,
  files: readonly ImageFile[],
  labels: Int32Array,
  { shaping, workers, shardBytes = usualShard, onImages }: WriteShardsOptions,
): Promise<Dataset['shape']> {
  await mkdir(folder, { recursive: true });
  const total = files.length;
  const columns = {
    shards: new Int32Array(total),
    offsets: new Int32Array(total),
    lengths: new Int32Array(total),
    checksums: new Int32Array(2 * total),
  };
  const most = imagesPerWorker * Math.max(workers.count, 1);
  const check = startAhead(total, most, (image) =>
    workers.check({ path: files[image]?.path ?? '', shaping }),
  );
  const output = new ShardFiles(folder, shardBytes);
  try {
    const { shape } = await check(0);
    const statistics = new ExactStatistics(shape[2]);
    for (const [image, { path }] of files.entries()) {
      const found = await check(image);
      if (found.shape.join() !== shape.join()) {
        throw differentSizes({ name: path, shape: found.shape }, { name: files[0]?.path ?? '', shape });
      }
      const { shard, offset } = await output.append(found.bytes);
      columns.shards[image] = shard;
      columns.offsets[image] = offset;
      columns.lengths[image] = found.bytes.length;
      columns.checksums.set(found.checksum, 2 * image);
      statistics.add(shape[0] * shape[1], found.sums, found.squares);
      const done = image + 1;
      if (done % 100 === 0 || done === total) onImages?.(done, total);
    }
    const index: ShardIndex = { labels, ...columns, shaping, statistics: statistics.result() };
    await writeIndex(folder, index);
    const names = join(folder, namesFile);
    await writing(names, () => writeFile(names, linesOf(files)));
    return shape;
  } finally {
    await output.close();
  }
}

function* linesOf(files: readonly ImageFile[]): Generator<string> {
  for (const { name } of files) yield `${JSON.stringify(name)}\n`;
}
