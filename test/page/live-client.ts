import { type ClientRequest, get, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { onTestFinished } from 'vitest';
import type { PageEvent } from '../../src/page/page-data.ts';
import type { Project } from '../support/project.ts';
import { until } from '../support/until.ts';

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One event of the server, with its id. */
export interface Received {
  readonly id: string | undefined;
  readonly event: PageEvent;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
}

/** A `retable ui` in a process of its own, and a browser that has opened the address that it printed. */
export class Live {
  readonly url: URL;
  readonly child: ReturnType<Project['start']>['child'];
  readonly finished: ReturnType<Project['start']>['finished'];
  #cookie = '';

  private constructor(url: string, { child, finished }: ReturnType<Project['start']>) {
    this.url = new URL(url);
    this.child = child;
    this.finished = finished;
  }

  static async start(project: Project, ...args: string[]): Promise<Live> {
    const started = project.start(['ui', ...args, '--json']);
    onTestFinished(() => void started.child.kill('SIGKILL'));
    let printed = '';
    started.child.stdout?.on('data', (data) => (printed += data));
    await until(() => printed.includes('\n') || started.child.exitCode !== null);
    if (!printed.includes('\n')) throw new Error((await started.finished).stderr);
    const live = new Live(JSON.parse(printed).url, started);
    const { headers } = await live.ask({ path: live.url.pathname + live.url.search });
    live.#cookie = (headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
    return live;
  }

  /** As asked by this browser, unless the options say otherwise. */
  ask(options: RequestOptions): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ ...this.#options(), ...options }, (response) => {
        let body = '';
        response.on('data', (data) => (body += data));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
      });
      asked.on('error', reject).end();
    });
  }

  /** Reads events until it is closed. */
  read({ path = '/events', last }: { path?: string; last?: string | undefined } = {}): LiveReader {
    const options = this.#options();
    const headers = { ...options.headers, ...(last === undefined ? {} : { 'Last-Event-ID': last }) };
    return new LiveReader({ ...options, path, headers }, last);
  }

  /** Asks for the events, and never reads the answer. */
  readNothing(): void {
    const asked = get({ ...this.#options(), path: '/events' }, (response) => response.pause());
    asked.on('error', () => {});
    onTestFinished(() => void asked.destroy());
  }

  #options() {
    return {
      host: '127.0.0.1',
      port: this.url.port,
      agent: false as const,
      headers: { Cookie: this.#cookie },
    };
  }
}

export class LiveReader {
  readonly received: Received[] = [];
  readonly #request: ClientRequest;
  readonly #from: string | undefined;
  #rest = '';

  /** @param from the id with which it comes back */
  constructor(options: RequestOptions, from?: string) {
    this.#from = from;
    this.#request = get(options, (response) => {
      response.on('data', (data) => this.#take(String(data)));
      response.on('error', () => {});
    });
    this.#request.on('error', () => {});
    onTestFinished(() => this.close());
  }

  close(): void {
    this.#request.destroy();
  }

  /** The last id that it has heard, as a browser sends it when it comes back. */
  get last(): string | undefined {
    return this.received.findLast(({ id }) => id !== undefined)?.id ?? this.#from;
  }

  get events(): PageEvent[] {
    return this.received.map(({ event }) => event);
  }

  /** Waits until an event with these fields has come. */
  async hears(fields: Readonly<Record<string, unknown>>): Promise<Received> {
    const find = () =>
      this.received.find(({ event }) =>
        Object.entries(fields).every(([name, value]) => (event as Record<string, unknown>)[name] === value),
      );
    await until(() => find() !== undefined);
    const found = find();
    if (!found) throw new Error('it was there');
    return found;
  }

  #take(text: string): void {
    const parts = (this.#rest + text).split('\n\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (data === undefined) continue;
      this.received.push({ id: /^id: (.*)$/m.exec(part)?.[1], event: JSON.parse(data), at: Date.now() });
    }
  }
}
