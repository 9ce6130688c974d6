import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, onTestFinished } from 'vitest';

const outfile = join('node_modules', '.cache', 'retable-cache-tests', `process-${process.pid}.mjs`);
afterAll(() => rmSync(outfile, { force: true }));

let built: Promise<string> | undefined;

/** The fixture as JavaScript, inside the project, so that it finds its packages. */
function fixture(): Promise<string> {
  built ??= (async () => {
    await build({
      entryPoints: [join(import.meta.dirname, 'fixtures', 'process.ts')],
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
    });
    return outfile;
  })();
  return built;
}

/** A real process that opens a cache and does what it is told. */
export class CacheProcess {
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.child = child;
    this.#ended = once(child, 'exit');
  }

  /** Calls a method of its cache; `'killed'` if it died instead of answering. */
  async call(method: string, ...args: unknown[]): Promise<unknown> {
    const reply = this.#reply();
    this.child.send({ method, args });
    return reply;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ended;
  }

  async #reply(): Promise<unknown> {
    const winner = await Promise.race([
      once(this.child, 'message'),
      this.#ended.then(() => 'killed' as const),
    ]);
    if (winner === 'killed') return winner;
    const [reply] = winner as [{ answer?: unknown; error?: string }];
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.answer;
  }

  async ready(): Promise<this> {
    await this.#reply();
    return this;
  }
}

/** @param wait do not open the cache before the first call */
export async function startProcess(
  root: string,
  { crashAt, wait = false }: { crashAt?: string; wait?: boolean } = {},
): Promise<CacheProcess> {
  const child = fork(await fixture(), [root, ...(wait ? ['wait'] : [])], {
    env: { ...process.env, ...(crashAt === undefined ? {} : { RETABLE_CRASH_AT: crashAt }) },
    execArgv: [],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return new CacheProcess(child).ready();
}
