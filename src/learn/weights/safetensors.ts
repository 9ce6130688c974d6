import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../failure.ts';
import { decode, Malformed } from './decode.ts';
import { encode } from './encode.ts';
import { longestFile, type SafeTensor, type Safetensors } from './format.ts';
import { otherFormat } from './other-format.ts';

export interface WriteOptions {
  /** Flush to disk before the file gets its name, so that it survives a power failure: for checkpoints. */
  readonly durable?: boolean;
}

/**
 * Writes a safetensors file (https://github.com/huggingface/safetensors, format 0.4). The same tensors and metadata
 * give the same bytes: wider types first (which aligns all data), then sorted by name. The file gets its name only
 * when it is complete. A killed process leaves at most a `.tmp` file, which the next write replaces. Only one process
 * at a time may write a path.
 *
 * @throws Failure `disk-full`, `too-large`
 * @throws RangeError if the length of a tensor's data does not match its shape
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata: Readonly<Record<string, string>> = {},
  options: WriteOptions = {},
): Promise<void> {
  const parts = encode(tensors, metadata);
  if (parts.reduce((sum, part) => sum + part.length, 0) > longestFile) throw tooLarge(path);
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      for (const part of parts) await writeAll(file, part);
      if (options.durable) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    if (options.durable) await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
      throw new Failure('disk-full', `The disk is full: ${path} could not be written.`, {
        hint: 'Make room and run again.',
        cause: error,
      });
    }
    throw error;
  }
}

/**
 * Reads and checks a safetensors file: the header, the types, and that the tensors fill the data exactly, without
 * overlap or gap.
 *
 * @throws Failure `bad-safetensors`, which names the file and the problem or the format that it has; `no-such-file`,
 * `too-large`
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Failure('no-such-file', `There is no file ${path}.`, { cause: error });
    }
    if (error instanceof Error && 'code' in error && error.code === 'ERR_FS_FILE_TOO_LARGE') {
      throw tooLarge(path, error);
    }
    throw error;
  }
  try {
    // A plain Uint8Array, because `slice` of a Buffer shares memory.
    return decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const other = otherFormat(bytes);
    if (other) {
      throw new Failure('bad-safetensors', `${path} is no safetensors file but ${other.name}.`, {
        hint: other.hint,
        details: { path },
      });
    }
    throw new Failure(
      'bad-safetensors',
      `${path} is not a safetensors file that can be used: ${error.message}.`,
      {
        hint: 'The file is cut off, damaged, or of another kind. Remove it and let what wrote it run again.',
        details: { path },
      },
    );
  }
}

function tooLarge(path: string, cause?: unknown): Failure {
  return new Failure(
    'too-large',
    `${path} would be larger than 2 GiB, the most that a file of tensors holds.`,
    {
      hint: 'Divide it, or make it smaller: of a data set take a part.',
      cause,
    },
  );
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
