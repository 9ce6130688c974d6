import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../failure.ts';

/** A download that has been opened. */
export interface OpenDownload {
  /** Position of the first chunk in the file: 0, or the position that was asked for. */
  readonly start: number;
  /** Size of the whole file in bytes, if known. */
  readonly total: number | undefined;
  /** @throws Failure `download-failed` with `details.retry` when the connection breaks */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Status codes that may change on a retry. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Opens a URL for reading, from byte `from` on if the server supports it, otherwise from the start.
 *
 * @throws Failure `no-network`, `download-failed`, `download-refused`, `bad-url`; `details.retry` is true if a retry may help
 */
export async function openUrl(url: string, from: number): Promise<OpenDownload> {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol === 'file:') return openFile(url);
  if (protocol === 'https:' || protocol === 'http:') return openHttp(url, from);
  throw new Failure(
    'bad-url',
    `${url} cannot be downloaded: an address must begin with https:, http: or file:.`,
  );
}

async function openFile(url: string): Promise<OpenDownload> {
  const path = fileURLToPath(url);
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('not a file');
    return { start: 0, total: found.size, chunks: createReadStream(path) };
  } catch (cause) {
    throw new Failure('download-refused', `${path} cannot be read.`, { details: { url }, cause });
  }
}

async function openHttp(url: string, from: number): Promise<OpenDownload> {
  // Without `identity` the bytes may come compressed, and neither sizes nor ranges would be those of the file.
  const headers = { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) };
  const response = await fetch(url, { headers }).catch((cause: unknown) => {
    throw new Failure(
      'no-network',
      `${new URL(url).host} could not be reached for ${url}: ${reasonOf(cause)}.`,
      {
        hint: 'Check the network, or download the file elsewhere and give its folder with --data-dir.',
        details: { url, retry: true },
        cause,
      },
    );
  });
  if (response.status === 416 && from > 0) {
    // There are no more bytes: what is stored is the whole file, or is not a part of it. The checksum decides.
    await response.body?.cancel();
    return { start: from, total: undefined, chunks: (async function* () {})() };
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    const retry = passing.has(response.status);
    const reason = retry ? 'download-failed' : 'download-refused';
    throw new Failure(reason, `${url} could not be downloaded: the server answered ${response.status}.`, {
      hint: 'Download the file elsewhere and give its folder with --data-dir.',
      details: { url, status: response.status, retry },
    });
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  const goesOn = response.status === 206 && Number(range?.[1]) === from;
  if (response.status === 206 && !goesOn) {
    await response.body.cancel();
    return openHttp(url, 0);
  }
  const length = goesOn ? range?.[2] : response.headers.get('content-length');
  const total = length && length !== '*' ? Number(length) : undefined;
  return { start: goesOn ? from : 0, total, chunks: retryable(url, response.body) };
}

/** The chunks of a body. A connection that breaks is an expected failure. */
async function* retryable(url: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await chunks.next().catch((cause: unknown) => {
        throw new Failure('download-failed', `The download of ${url} broke off: ${reasonOf(cause)}.`, {
          hint: 'Run again: the download continues where it stopped.',
          details: { url, retry: true },
          cause,
        });
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

/** `fetch failed` says nothing; the reason is in the cause. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(inner instanceof Error)) return String(inner);
  return inner.message || ('code' in inner ? String(inner.code) : inner.name);
}
