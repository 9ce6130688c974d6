import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Failure } from '../../failure.ts';

const inflate = promisify(gunzip);

/** More than any data set here unpacks to; a file that claims more is not one of them. */
const mostBytes = 2 ** 30;

/** A data file that is not what it should be. The message names the file. */
export function badFile(path: string, what: string, cause?: unknown): Failure {
  return new Failure('bad-data-file', `${path} ${what}.`, {
    hint: 'The file is cut off, damaged, or not the published one. Download it again.',
    details: { path },
    cause,
  });
}

/**
 * The bytes of a data file, unpacked if it is compressed by gzip (whatever it is called).
 * @throws Failure `no-such-file`; `bad-data-file` if the compressed data is cut off or damaged
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

/** Not a Buffer, whose `slice` shares memory where that of a Uint8Array copies. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
