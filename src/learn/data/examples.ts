import type { Stream } from '../random/stream.ts';
import { type Augment, drawChange } from './augment.ts';
import { type Batch, oneHot, toBatch } from './batch.ts';
import type { Dataset } from './dataset.ts';
import type { ShardedDataset } from './shards/sharded-dataset.ts';
import { startAhead } from './start-ahead.ts';
import { type ChannelStatistics, channelStatistics } from './statistics.ts';

/** Labelled images that are read in batches, wherever they are: in memory, or in shards on the disk. */
export type Examples = Dataset | ShardedDataset;

/** Records of a batch; see `toBatch`. */
export interface BatchRequest {
  readonly indices: ArrayLike<number>;
  readonly augment?: Augment | undefined;
  /** Needed if `augment` is given. */
  readonly random?: Stream;
}

/**
 * The records at `indices`; the same numbers from memory and from shards.
 * @throws Failure `bad-dataset` for a shard that is damaged
 */
export async function batchOf(examples: Examples, request: BatchRequest): Promise<Batch> {
  const { indices, augment, random } = request;
  if (isInMemory(examples)) {
    return augment && random ? toBatch(examples, indices, augment, random) : toBatch(examples, indices);
  }
  const labels = oneHot(examples, indices);
  const changes = augment && random && Array.from(indices, () => drawChange(augment, random));
  const data = await examples.read(indices, changes);
  return { images: { shape: [indices.length, ...examples.shape], data }, labels };
}

/**
 * The batches of a loop. While one is used, those after it are read from the shards; so few are kept that memory is
 * bounded (`ShardedDataset.ahead`). From memory, each is made when it is taken.
 * @param total number of batches
 * @param requestOf returns the records of a batch, by its number from 0
 * @returns gives a batch; call it with ascending numbers; the last one may be taken again
 */
export function batchesOf(
  examples: Examples,
  total: number,
  requestOf: (batch: number) => BatchRequest,
): (batch: number) => Promise<Batch> {
  const read = (batch: number) => batchOf(examples, requestOf(batch));
  return isInMemory(examples) ? read : startAhead(total, examples.ahead, read);
}

/** Mean and standard deviation of each channel. Those of shards were computed when the shards were made. */
export function statisticsOf(examples: Examples): ChannelStatistics {
  return isInMemory(examples) ? channelStatistics(examples) : examples.statistics;
}

function isInMemory(examples: Examples): examples is Dataset {
  return 'images' in examples;
}
