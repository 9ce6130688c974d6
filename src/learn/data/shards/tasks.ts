import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { Failure } from '../../../failure.ts';
import { type Change, cropAndFlip } from '../augment.ts';
import { writePixels } from '../batch.ts';
import { type Dataset, imageSize } from '../dataset.ts';
import { decodeBytes } from '../decode.ts';
import { type Shaping, shaped } from '../image.ts';

// The work that is done for images in shards, one image or one batch at a time. It may run in any thread, in any order:
// a result depends on its task alone.

/** An image file to look at before its bytes are stored. */
export interface CheckTask {
  readonly path: string;
  readonly shaping: Shaping;
}

export interface Checked {
  /** The file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly checksum: Checksum;
  /** After shaping. */
  readonly shape: Dataset['shape'];
  /** Sum over the pixels, and sum of their squares, of each channel, for pixels of 0 … 255. */
  readonly sums: readonly number[];
  readonly squares: readonly number[];
}

/** The first 8 bytes of the SHA-256 of a stored image, as two numbers. */
export type Checksum = readonly [number, number];

/** Where an image is stored. */
export interface Stored {
  /** Path of the shard. */
  readonly shard: string;
  readonly offset: number;
  readonly length: number;
  readonly checksum: Checksum;
  /** What is done to it after it was shaped. */
  readonly change?: Change | undefined;
}

export interface BatchTask {
  readonly images: readonly Stored[];
  readonly shape: Dataset['shape'];
  readonly shaping: Shaping;
}

/**
 * Reads, decodes and shapes an image file.
 * @throws Failure `no-such-file` if it is gone; `bad-data-file`, `bad-crop`
 */
export async function checkImage({ path, shaping }: CheckTask): Promise<Checked> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
      ? new Failure('no-such-file', `The image ${path} is gone: it was there when its folder was listed.`, {
          hint: 'Do not change the folder while it is read. Run again.',
          details: { path },
          cause,
        })
      : cause;
  });
  const { data, shape } = shaped(await decodeBytes(bytes, path), shaping);
  const [sums, squares] = [new Array<number>(shape[2]).fill(0), new Array<number>(shape[2]).fill(0)];
  for (const channel of sums.keys()) {
    let [sum, square] = [0, 0];
    for (let at = channel; at < data.length; at += shape[2]) {
      const value = data[at] as number; // in range
      sum += value;
      square += value * value;
    }
    [sums[channel], squares[channel]] = [sum, square];
  }
  return { bytes: new Uint8Array(bytes), checksum: checksumOf(bytes), shape, sums, squares };
}

/** Number of images of a batch that are read at the same time: while one is shaped, another one is decoded. */
const together = 2;

/**
 * Reads the images of a batch: float32 [count, height, width, channels], in [0, 1].
 * @throws Failure `bad-dataset`; its detail `row` says which of the images is damaged
 */
export async function readBatch({ images, shape, shaping }: BatchTask): Promise<Float32Array<ArrayBuffer>> {
  const size = imageSize({ shape });
  const pixels = new Float32Array(images.length * size);
  let next = 0;
  const readRows = async () => {
    for (let row = next++; row < images.length; row = next++) {
      const stored = images[row] as Stored; // in range
      const image = shaped(await decodeBytes(await readStored(stored, row), stored.shard), shaping);
      const { change } = stored;
      writePixels(change ? cropAndFlip(image.data, shape, change) : image.data, pixels, row * size);
    }
  };
  await Promise.all(Array.from({ length: together }, readRows));
  return pixels;
}

async function readStored({ shard, offset, length, checksum }: Stored, row: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  const file = await open(shard, 'r').catch((cause: unknown) => {
    throw damaged(`${shard} cannot be opened`, row, cause);
  });
  let read = 0;
  try {
    while (read < length) {
      const { bytesRead } = await file.read(bytes, read, length - read, offset + read);
      if (bytesRead === 0) throw damaged(`${shard} is cut off`, row);
      read += bytesRead;
    }
  } finally {
    await file.close();
  }
  if (checksumOf(bytes).join() === checksum.join()) return bytes;
  throw damaged(`${shard} has other bytes than when it was made`, row);
}

function damaged(what: string, row: number, cause?: unknown): Failure {
  return new Failure('bad-dataset', what, { details: { row }, cause });
}

function checksumOf(bytes: Uint8Array): Checksum {
  const digest = createHash('sha256').update(bytes).digest();
  return [digest.readInt32LE(0), digest.readInt32LE(4)];
}
