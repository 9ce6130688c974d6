import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download } from '../../../src/learn/data/download.ts';
import { until } from '../../support/until.ts';
import { temporaryFolder } from './folder.ts';

const folder = temporaryFolder();
const content = Buffer.from(Array.from({ length: 100_000 }, (_, k) => (k * k) % 251));
const sha256 = createHash('sha256').update(content).digest('hex');

let to: string;
let url: string;
let requests: { range: string | undefined }[];
let close: () => Promise<void>;
/** How the server answers the request of this number, counted from 0. */
let answer: (request: IncomingMessage, response: ServerResponse, number: number) => void;

let files = 0;
beforeEach(async () => {
  files += 1;
  to = join(folder, `file-${files}`);
  requests = [];
  answer = (request, response) => whole(request, response);
  const server = createServer((request, response) => {
    requests.push({ range: request.headers.range });
    answer(request, response, requests.length - 1);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/data.bin`;
  close = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
});
afterEach(() => close());

/** Answers ranges as a good server does. */
function whole(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array = content): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from >= bytes.length) {
    response.writeHead(416).end();
    return;
  }
  const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(from ? 206 : 200, { 'content-length': bytes.length - from, ...(from ? range : {}) });
  response.end(bytes.subarray(from));
}

/** Sends the head and some bytes, and breaks the connection once they have been kept. */
function cut(request: IncomingMessage, response: ServerResponse, after: number): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
  response.writeHead(from ? 206 : 200, { 'content-length': content.length - from, ...(from ? range : {}) });
  response.write(content.subarray(from, from + after));
  const kept = () => statSync(`${to}.part`, { throwIfNoEntry: false })?.size ?? 0;
  void until(() => kept() >= from + after).then(() => response.destroy());
}

const get = (more: object = {}) => download({ url, sha256, to, backOff: 1, ...more });

describe('a download', () => {
  it('stores the file and tells of its progress', async () => {
    const progress: [number, number | undefined][] = [];
    await get({ onProgress: (done: number, total?: number) => progress.push([done, total]) });
    expect(await readFile(to)).toEqual(content);
    expect(progress.at(-1)).toEqual([content.length, content.length]);
    expect(existsSync(`${to}.part`)).toBe(false);
  });

  it('is not made where the file is already there, and made anew where it is another one', async () => {
    await writeFile(to, content);
    await get();
    expect(requests).toHaveLength(0);
    await writeFile(to, 'something else');
    await get();
    expect(await readFile(to)).toEqual(content);
  });

  it('goes on where a broken connection stopped', async () => {
    answer = (request, response, number) =>
      number < 2 ? cut(request, response, 30_000) : whole(request, response);
    await get();
    expect(await readFile(to)).toEqual(content);
    expect(requests[0]?.range).toBeUndefined();
    expect(requests.slice(1).every(({ range }) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
    expect(requests).toHaveLength(3);
  });

  it('goes on with what an earlier process left', async () => {
    await writeFile(`${to}.part`, content.subarray(0, 40_000));
    await get();
    expect(await readFile(to)).toEqual(content);
    expect(requests).toEqual([{ range: 'bytes=40000-' }]);
  });

  it('that an earlier process finished but did not check is not fetched again', async () => {
    await writeFile(`${to}.part`, content);
    await get();
    expect(await readFile(to)).toEqual(content);
    expect(requests).toEqual([{ range: `bytes=${content.length}-` }]);
  });

  it('starts over if the server cannot go on', async () => {
    await writeFile(`${to}.part`, content.subarray(0, 40_000));
    answer = (_, response) => response.writeHead(200, { 'content-length': content.length }).end(content);
    await get();
    expect(await readFile(to)).toEqual(content);
  });

  it('starts over if the server goes on from another place', async () => {
    await writeFile(`${to}.part`, content.subarray(0, 40_000));
    answer = (request, response) => {
      if (!request.headers.range) return whole(request, response);
      response.writeHead(206, { 'content-range': `bytes 5-${content.length - 1}/${content.length}` });
      response.end(content.subarray(5));
    };
    await get();
    expect(await readFile(to)).toEqual(content);
  });

  it('starts over if what was left is of another file', async () => {
    await writeFile(`${to}.part`, Buffer.alloc(40_000, 1));
    await get();
    expect(await readFile(to)).toEqual(content);
    expect(requests).toEqual([{ range: 'bytes=40000-' }, { range: undefined }]);
  });

  it('starts over if what was left is longer than the file', async () => {
    await writeFile(`${to}.part`, Buffer.alloc(200_000, 1));
    await get();
    expect(await readFile(to)).toEqual(content);
  });

  it('with another checksum is a failure, and leaves nothing under the name', async () => {
    answer = (request, response) => whole(request, response, Buffer.alloc(100));
    await expect(get()).rejects.toMatchObject({
      reason: 'checksum-mismatch',
      message: expect.stringContaining(url),
      details: { expected: sha256 },
    });
    expect(existsSync(to)).toBe(false);
    expect(existsSync(`${to}.part`)).toBe(false);
    expect(requests).toHaveLength(1);
  });

  it('that the server does not have fails at once', async () => {
    answer = (_, response) => response.writeHead(404).end('no');
    await expect(get()).rejects.toMatchObject({
      reason: 'download-refused',
      message: `${url} could not be downloaded: the server answered 404.`,
    });
    expect(requests).toHaveLength(1);
  });

  it('is tried again where the server is overloaded, but not for ever', async () => {
    answer = (request, response, number) =>
      number < 2 ? response.writeHead(503).end() : whole(request, response);
    await get();
    expect(await readFile(to)).toEqual(content);
    to = `${to}-again`;
    answer = (_, response) => response.writeHead(503).end();
    await expect(get({ retries: 2 })).rejects.toMatchObject({
      reason: 'download-failed',
      details: { status: 503 },
    });
    expect(requests).toHaveLength(6);
  });

  it('whose connection breaks each time is a failure, and keeps what came', async () => {
    answer = (request, response) => cut(request, response, 20_000);
    await expect(get({ retries: 1 })).rejects.toMatchObject({ reason: 'download-failed' });
    expect((await readFile(`${to}.part`)).length).toBeGreaterThan(20_000);
  });

  it('without a server says which host could not be reached', async () => {
    await close();
    await expect(get({ retries: 1 })).rejects.toMatchObject({
      reason: 'no-network',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ could not be reached for .*ECONNREFUSED/),
    });
    close = async () => {};
  });

  it('asks for the bytes as they are, uncompressed', async () => {
    answer = (request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      whole(request, response);
    };
    await get();
  });

  it('can come from a file address', async () => {
    const source = join(folder, 'source');
    await writeFile(source, content);
    await get({ url: pathToFileURL(source).href });
    expect(await readFile(to)).toEqual(content);
    await mkdir(join(folder, 'dir'), { recursive: true });
    for (const name of ['none', 'dir']) {
      const other = { url: pathToFileURL(join(folder, name)).href, to: `${to}2` };
      await expect(get(other)).rejects.toMatchObject({ reason: 'download-refused' });
    }
  });

  it('of any other address is refused', async () => {
    for (const other of ['ftp://example.org/x', 'data:,x', 'nonsense', '/etc/passwd']) {
      await expect(get({ url: other })).rejects.toMatchObject({ reason: 'bad-url' });
    }
  });
});
