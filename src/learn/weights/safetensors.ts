import { type FileHandle, open, readFile } from 'node:fs/promises';
import { Failure } from '../../failure.ts';
import { type ReplaceOptions, replaceFile } from '../../replace-file.ts';
import { decode, Malformed } from './decode.ts';
import { writing } from './disk-full.ts';
import { encode } from './encode.ts';
import { longestFile, type SafeTensor, type Safetensors } from './format.ts';
import { otherFormat } from './other-format.ts';

/**
 * Writes a safetensors file (https://github.com/huggingface/safetensors, format 0.4). The same tensors and metadata
 * give the same bytes: wider types first (which aligns all data), then by name. The file is written in one step.
 *
 * @throws Failure `disk-full`, `too-large`
 * @throws RangeError if the length of a tensor's data does not match its shape
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata: Readonly<Record<string, string>> = {},
  options: ReplaceOptions = {},
): Promise<void> {
  const parts = encode(tensors, metadata);
  if (parts.reduce((sum, part) => sum + part.length, 0) > longestFile) throw tooLarge(path);
  await writing(path, () => replaceFile(path, (draft) => writeParts(draft, parts), options));
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
      throw new Failure('bad-safetensors', `${path} is not a safetensors file but ${other.name}.`, {
        hint: other.hint,
        details: { path },
      });
    }
    throw new Failure(
      'bad-safetensors',
      `${path} is not a safetensors file that can be used: ${error.message}.`,
      {
        hint: 'The file is truncated, damaged, or of another type. Remove it, and make it again.',
        details: { path },
      },
    );
  }
}

function tooLarge(path: string, cause?: unknown): Failure {
  return new Failure(
    'too-large',
    `${path} would be larger than 2 GiB, the most that a file of tensors can hold.`,
    {
      hint: 'Split it, or take a smaller part of the data set.',
      cause,
    },
  );
}

async function writeParts(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const part of parts) await writeAll(file, part);
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
}
