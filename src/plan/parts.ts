import type { Cache } from '../cache/cache.ts';
import type { Digest } from '../cache/digest.ts';
import type { Kind } from '../kind/kind.ts';
import { filesRead, isRead } from '../kind/reads.ts';
import type { Cell } from '../pipeline/pipeline.ts';

interface Reader extends Pick<Cell, 'parameters'> {
  readonly kind: Kind;
}

/** Digests of the parts of artifacts that cells read; each is computed once. */
export class Parts {
  readonly #cache: Cache;
  readonly #known = new Map<string, Digest>();

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  /** The digest, for the key of a cell, of the part of an artifact that it reads. */
  digest({ kind, parameters }: Reader, need: string, artifact: Digest): Digest {
    const files = filesRead(kind, need, parameters);
    if (files === undefined) return artifact;
    const key = [artifact, ...files].join('\n');
    const digest = this.#known.get(key) ?? this.#cache.partDigest(artifact, (path) => isRead(files, path));
    this.#known.set(key, digest);
    return digest;
  }
}
