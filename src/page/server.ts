import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '../failure.ts';
import { Access, isLocalHost } from './access.ts';
import { Changes } from './changes.ts';
import { EventStream } from './event-stream.ts';
import { Follower } from './follower.ts';
import { parsePosition, positionText } from './position.ts';
import type { RunFeed } from './run-feed.ts';

/** The page as it is now. */
export interface LivePage {
  readonly html: string;
  /** `PageData`. */
  readonly json: string;
  /** Its content security policy. */
  readonly policy: string;
}

export interface LiveOptions {
  readonly feed: RunFeed;
  /**
   * Makes the page. It is called only if its stamp has changed.
   * @param events address from which the page gets all events that its data do not contain
   */
  readonly build: (events: string) => Promise<LivePage>;
  /** Is another text when what the page is made from has changed. */
  readonly stamp: () => string;
  /** 0: any that is free. */
  readonly port: number;
}

const HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** A page cannot say this itself, only a header can. */
const NO_FRAMES = "frame-ancestors 'none'";

/** Serves the page of a pipeline to this machine. It only reads files, so that no reader of the page can slow a run. */
export class LiveServer {
  readonly #options: LiveOptions;
  readonly #access = new Access();
  readonly #server: Server;
  readonly #streams = new Set<EventStream>();
  #changes: Changes | undefined;
  #page: { readonly stamp: string; readonly page: Promise<LivePage> } | undefined;
  /** How long it last took to make the page, in milliseconds. */
  #buildTime = 0;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /**
   * Starts to serve.
   * @returns the address for a browser, with the token
   * @throws Failure `port-in-use`
   */
  async listen(): Promise<string> {
    const { port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, port)));
      this.#server.listen({ host: '127.0.0.1', port }, resolve);
    });
    const { port: own } = this.#server.address() as AddressInfo; // a TCP server that listens has one
    return `http://127.0.0.1:${own}/?token=${this.#access.token}`;
  }

  close(): void {
    this.#changes?.end();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    response.setHeader('Content-Security-Policy', `default-src 'none'; ${NO_FRAMES}`);
    if (!isLocalHost(request))
      return refuse(response, 403, 'This page is served under the name 127.0.0.1 only.');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return refuse(response, 405, 'This page can only be read.');
    }
    const [path = '/', base] = [request.url, 'http://127.0.0.1'];
    if (!URL.canParse(path, base)) return refuse(response, 400, 'This is no address.');
    const url = new URL(path, base);
    const token = url.searchParams.get('token');
    if (token !== null && this.#access.isToken(token)) {
      response.setHeader('Set-Cookie', this.#access.cookie);
      // Relative, so that it works behind a tunnel.
      response.writeHead(303, { Location: './' }).end();
      return;
    }
    if (token !== null || !this.#access.hasCookie(request)) {
      return refuse(
        response,
        403,
        'Open the address that `retable ui` printed. If you just did, reload this page.',
      );
    }
    if (url.pathname === '/events') return this.#stream(request, url, response);
    if (url.pathname !== '/' && url.pathname !== '/data.json')
      return refuse(response, 404, 'There is no such page.');
    try {
      const { html, json, policy } = await this.#current();
      const isData = url.pathname === '/data.json';
      response.setHeader('Content-Type', `${isData ? 'application/json' : 'text/html'}; charset=utf-8`);
      if (!isData) response.setHeader('Content-Security-Policy', `${policy}; ${NO_FRAMES}`);
      response.end(isData ? json : html);
    } catch (error) {
      refuse(response, 500, error instanceof Error ? error.message : String(error));
    }
  }

  /** The page, made again if something has changed. Several readers who ask at once get the same one. */
  #current(): Promise<LivePage> {
    const { feed, build, stamp } = this.#options;
    feed.look();
    const now = stamp();
    if (this.#page?.stamp === now) return this.#page.page;
    const began = performance.now();
    const page = build(`events?after=${positionText(feed.position())}`);
    this.#page = { stamp: now, page };
    page.then(
      () => {
        this.#buildTime = performance.now() - began;
      },
      () => {
        // It is tried again at the next request.
        this.#page = undefined;
      },
    );
    return page;
  }

  #stream(request: IncomingMessage, url: URL, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const { feed } = this.#options;
    feed.look();
    const last = parsePosition([request.headers['last-event-id'] ?? []].flat()[0]);
    const from = last ?? parsePosition(url.searchParams.get('after') ?? undefined);
    const follower = new Follower(feed, { from, withRunning: last === undefined });
    const stream = new EventStream(response, follower, feed);
    this.#streams.add(stream);
    this.#changes ??= new Changes(
      feed,
      () => this.#buildTime,
      () => this.#tellChanged(),
    );
    // Tables may have changed while the reader was away.
    if (last !== undefined) stream.tell({ event: 'changed' });
    response.on('close', () => {
      this.#streams.delete(stream);
      if (this.#streams.size > 0) return;
      this.#changes?.end();
      this.#changes = undefined;
    });
  }

  #tellChanged(): void {
    for (const stream of this.#streams) stream.tell({ event: 'changed' });
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}

function explained(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return error;
  const why = error.code === 'EACCES' ? 'may not be used by this user' : 'is used by another program';
  return new Failure('port-in-use', `Port ${port} ${why}.`, {
    hint: 'Choose another one with --port, or leave the flag out.',
    cause: error,
  });
}
