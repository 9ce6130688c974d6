import { stat } from 'node:fs/promises';
import PQueue from 'p-queue';
import type { Cache } from '../cache/cache.ts';
import { type Digest, sha256 } from '../cache/digest.ts';
import { explainDiskError, isMissing } from '../cache/disk-failure.ts';
import { Failure } from '../failure.ts';
import type { Source } from '../kind/kind.ts';

/** Digests of files outside the cache and of environment variables. The cache remembers those of unchanged files. */
export class SourceDigests {
  readonly #cache: Cache;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  /**
   * @returns digests by name of source; a variable that is not set has none
   * @throws Failure `no-such-file`, `not-a-file`, `no-permission`
   */
  async of(sources: readonly Source[]): Promise<Record<string, Digest>> {
    if (sources.length === 0) return {};
    // A folder of images can have more files than a process may open at once.
    const queue = new PQueue({ concurrency: 16 });
    const entries = await queue.addAll(
      sources.map((source) => async () => [source.name, await this.#digest(source)] as const),
    );
    return Object.fromEntries(entries.flatMap(([name, digest]) => (digest ? [[name, digest]] : [])));
  }

  async #digest(source: Source): Promise<Digest | undefined> {
    if ('variable' in source) {
      const value = process.env[source.variable];
      return value === undefined ? undefined : sha256(value);
    }
    if ('url' in source) return source.sha256 as Digest;
    return this.#read(source);
  }

  async #read({ name, path }: { name: string; path: string }): Promise<Digest> {
    const found = await stat(path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw explainDiskError(error, `read ${path}`);
    });
    if (found?.isDirectory())
      throw new Failure('not-a-file', `${name} must be a file, but ${path} is a folder.`, {
        hint: 'Name each file in the folder.',
      });
    if (!found?.isFile())
      throw new Failure('no-such-file', `The file ${name} was not found at ${path}.`, {
        hint: 'Put it there, or correct the path in the pipeline.',
      });
    return this.#cache.contentDigest(path);
  }
}
