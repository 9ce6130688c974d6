import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Failure } from '../../../failure.ts';
import type { SafeTensor } from '../../weights/format.ts';
import { readSafetensors, writeSafetensors } from '../../weights/safetensors.ts';
import type { Shaping } from '../image.ts';
import type { ChannelStatistics } from '../statistics.ts';

/** Where the images of a part are, and what they are made to when they are read. All arrays have one entry an image. */
export interface ShardIndex {
  readonly labels: Int32Array;
  /** Number of the shard, from 0. */
  readonly shards: Int32Array;
  /** First byte in the shard. */
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  /** Two numbers an image; see `Checksum`. */
  readonly checksums: Int32Array;
  readonly shaping: Shaping;
  readonly statistics: ChannelStatistics;
}

/** Names of the files in the folder of a part. */
export const indexFile = 'index.safetensors';
/** One JSON string a line: the name of each image in the folder that it comes from. */
export const namesFile = 'names.txt';
export const shardFile = (shard: number) => `${String(shard).padStart(5, '0')}.shard`;

const size = Type.Integer({ minimum: 0 });
const description = Type.Object({
  shaping: Type.Object({ resize: size, crop: size, rgb: Type.Boolean() }),
  statistics: Type.Object({ mean: Type.Array(Type.Number()), std: Type.Array(Type.Number()) }),
});

/** @param folder of the part; exists */
export async function writeIndex(folder: string, index: ShardIndex): Promise<void> {
  const { labels, shards, offsets, lengths, checksums, shaping, statistics } = index;
  const column = (data: Int32Array): SafeTensor => ({ dtype: 'I32', shape: [data.length], data });
  await writeSafetensors(
    join(folder, indexFile),
    {
      labels: column(labels),
      shards: column(shards),
      offsets: column(offsets),
      lengths: column(lengths),
      checksums: { dtype: 'I32', shape: [labels.length, 2], data: checksums },
    },
    { description: JSON.stringify({ shaping, statistics }) },
  );
}

/** @throws Failure `bad-dataset`, `bad-safetensors`, `no-such-file` */
export async function readIndex(path: string): Promise<ShardIndex> {
  const { tensors, metadata } = await readSafetensors(path);
  const count = tensors.labels?.shape[0] ?? 0;
  const column = (name: string, perImage = 1) => {
    const tensor = tensors[name];
    if (tensor?.dtype === 'I32' && tensor.data.length === count * perImage) return tensor.data;
    throw badIndex(path);
  };
  return {
    labels: column('labels'),
    shards: column('shards'),
    offsets: column('offsets'),
    lengths: column('lengths'),
    checksums: column('checksums', 2),
    ...described(path, metadata.description ?? ''),
  };
}

function described(path: string, text: string): Pick<ShardIndex, 'shaping' | 'statistics'> {
  try {
    return Value.Parse(description, JSON.parse(text));
  } catch (cause) {
    throw badIndex(path, cause);
  }
}

export function badIndex(path: string, cause?: unknown): Failure {
  return new Failure('bad-dataset', `${path} does not describe the images of a data set.`, {
    hint: 'Check the kind that wrote it.',
    cause,
  });
}
