import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Failure } from '../../failure.ts';

const inflate = promisify(gunzip);

/** Larger than any data set here; a file that claims more is not one of them. */
const mostBytes = 2 ** 30;

/** The failure for a bad data file. The message names the file. */
export function badFile(path: string, what: string, cause?: unknown): Failure {
  return new Failure('bad-data-file', `${path} ${what}.`, {
    hint: 'The file is cut off, damaged, or not the published one. Download it again.',
    details: { path },
    cause,
  });
}

/**
 * Reads a data file, and unpacks it if it is compressed with gzip (whatever its name).
 * @throws Failure `no-such-file`; `bad-data-file` if the compressed data is truncated or damaged
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Failure('no-such-file', `There is no file ${path}.`, { cause: error });
    }
    throw error;
  });
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return plain(bytes);
  try {
    return plain(await inflate(bytes, { maxOutputLength: mostBytes }));
  } catch (error) {
    throw badFile(path, 'is cut off or damaged: it cannot be unpacked', error);
  }
}

/** `slice` of a Buffer shares memory; that of a Uint8Array copies. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
