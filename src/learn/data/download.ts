import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, isFailure } from '../../failure.ts';
import { type OpenDownload, openUrl } from './open-url.ts';

export interface DownloadRequest {
  /** https, http or file. */
  readonly url: string;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  /** Target path. Until the file is complete and checked, `.part` is appended. */
  readonly to: string;
  /** Bytes so far; `total` is undefined if the server does not report it. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** Number of retries after an interrupted transfer. */
  readonly retries?: number;
  /** Milliseconds before the first retry; doubled for each further one. */
  readonly backOff?: number;
}

/**
 * Downloads a file and verifies its checksum. An interrupted transfer, of this process or an earlier one, is resumed
 * if the server supports it. An existing file with the right checksum is kept.
 *
 * @throws Failure `no-network` (no answer), `download-refused`, `download-failed` (it breaks off each time),
 * `checksum-mismatch`, `disk-full`, `bad-url`
 */
export async function download(request: DownloadRequest): Promise<void> {
  const { url, sha256, to, retries = 4, backOff = 1000 } = request;
  if ((await digestOf(to))?.digest('hex') === sha256) return;
  const part = `${to}.part`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { digest, resumed } = await downloadOnce(request, part);
      if (digest === sha256) break;
      await rm(part, { force: true });
      // The first bytes may come from an older file at this address: try once more from the start.
      if (resumed && attempt < retries) continue;
      throw new Failure('checksum-mismatch', `The file from ${url} does not have the expected checksum.`, {
        hint: 'The server sent another version of the file, or the page of a proxy. Download the file elsewhere and give its folder with --data-dir.',
        details: { url, expected: sha256, found: digest },
      });
    } catch (error) {
      if (isFailure(error) && error.details?.retry !== true) throw error;
      if (isFull(error)) {
        throw new Failure('disk-full', `The disk is full: ${url} could not be stored as ${to}.`, {
          hint: 'Free some space and run again: the download continues where it stopped.',
          cause: error,
        });
      }
      if (!isFailure(error)) throw error;
      if (attempt >= retries) throw error;
      await sleep(backOff * 2 ** attempt);
    }
  }
  await rename(part, to);
}

/** One attempt, resuming an earlier one. */
async function downloadOnce(
  { url, onProgress }: DownloadRequest,
  part: string,
): Promise<{ digest: string; resumed: boolean }> {
  const before = (await stat(part).catch(() => undefined))?.size ?? 0;
  const source: OpenDownload = await openUrl(url, before);
  const resumed = source.start > 0;
  const hash = (resumed ? await digestOf(part) : undefined) ?? createHash('sha256');
  const file = await open(part, resumed ? 'a' : 'w');
  try {
    let done = source.start;
    for await (const chunk of source.chunks) {
      hash.update(chunk);
      await file.appendFile(chunk);
      done += chunk.length;
      onProgress?.(done, source.total);
    }
    if (source.total !== undefined && done !== source.total) {
      throw new Failure(
        'download-failed',
        `The download of ${url} ended after ${done} of ${source.total} bytes.`,
        {
          hint: 'Run again: the download continues where it stopped.',
          details: { url, retry: true },
        },
      );
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { digest: hash.digest('hex'), resumed };
}

/** The hash of the bytes of a file so far, to be continued; undefined if the file does not exist. */
async function digestOf(path: string): Promise<Hash | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array); // no encoding is set
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return hash;
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
