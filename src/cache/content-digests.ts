import { resolve } from 'node:path';
import { Failure } from '../failure.ts';
import { type Digest, hashFile } from './digest.ts';
import { isMissing } from './disk-failure.ts';
import { look, racy, type Stamp, stampOf } from './stamp.ts';
import { type Store, write } from './store.ts';

const tries = 3;

/** Digests of files outside the cache. They are stored with the stamps of the files, so that a data set is hashed once. */
export class ContentDigests {
  readonly #store: Store;
  readonly #underWay = new Map<string, Promise<Digest>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Throws a Failure `no-such-file`, `not-a-file`, or `source-changed` if the file changes during each read. */
  digest(path: string): Promise<Digest> {
    const absolute = resolve(path);
    let answer = this.#underWay.get(absolute);
    if (answer === undefined) {
      answer = this.#find(absolute).finally(() => this.#underWay.delete(absolute));
      this.#underWay.set(absolute, answer);
    }
    return answer;
  }

  async #find(path: string): Promise<Digest> {
    for (let attempt = 0; attempt < tries; attempt++) {
      const began = Date.now();
      const stat = look(path);
      if (stat === undefined) throw missingFile(path);
      if (!stat.isFile()) throw new Failure('not-a-file', `${path} is not a file.`);
      const stamp = stampOf(stat);
      const known = this.#remembered(path, stamp);
      if (known !== undefined) return known;
      const digest = await hashOf(path, Number(stat.size));
      const after = look(path);
      if (after === undefined || stampOf(after) !== stamp) continue;
      const changed = Math.max(Number(stat.mtimeMs), Number(stat.ctimeMs));
      if (changed + racy < began) this.#remember(path, stamp, digest);
      return digest;
    }
    throw new Failure('source-changed', `${path} changed while it was read, ${tries} times.`, {
      hint: 'Wait until the program that writes it has ended, then run again.',
    });
  }

  #remembered(path: string, stamp: Stamp): Digest | undefined {
    return this.#store
      .sql<[string, Stamp], { sha256: Digest }>(
        'SELECT sha256 FROM content_digests WHERE path = ? AND stamp = ?',
      )
      .get(path, stamp)?.sha256;
  }

  #remember(path: string, stamp: Stamp, digest: Digest): void {
    write(this.#store, () => {
      this.#store
        .sql<[string, Stamp, Digest]>('INSERT OR REPLACE INTO content_digests VALUES (?, ?, ?)')
        .run(path, stamp, digest);
    });
  }
}

async function hashOf(path: string, size: number): Promise<Digest> {
  try {
    return await hashFile(path, size);
  } catch (error) {
    throw isMissing(error) ? missingFile(path) : error;
  }
}

function missingFile(path: string): Failure {
  return new Failure('no-such-file', `${path} does not exist.`);
}
