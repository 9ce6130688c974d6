import type { BigIntStats } from 'node:fs';
import { type Digest, hashFileSync } from './digest.ts';
import { isMissing } from './disk-failure.ts';
import { look, type Stamp, stampOf } from './stamp.ts';
import { type Store, write } from './store.ts';

/** A stored file that differs from what was published. */
export interface Damage {
  /** The file's path within the artifact, or `manifest`. */
  readonly file: string;
  /** Its path in the cache folder. */
  readonly path: string;
  readonly problem: 'missing' | 'short' | 'changed';
  readonly message: string;
}

type Problem = Pick<Damage, 'problem' | 'message'>;

interface FileRow {
  readonly path: string;
  readonly sha256: Digest;
  readonly size: number;
  readonly stamp: Stamp | null;
}

/**
 * Compares the stat of each file of an artifact with the index. Only files that differ are read.
 * @param since files that changed at that time (milliseconds since 1970) or later are read too, even if their stat is equal
 */
export function checkMany(
  store: Store,
  artifacts: Iterable<Digest>,
  since = Number.POSITIVE_INFINITY,
): Map<Digest, Damage[]> {
  const { sql, folders } = store;
  const looks = new Map<string, Looked>();
  const manifests = sql<[Digest], { stamp: Stamp | null }>('SELECT stamp FROM artifacts WHERE digest = ?');
  const files = sql<[Digest], FileRow>(
    `SELECT path, sha256, size, stamp FROM artifact_files JOIN files USING (sha256)
     WHERE artifact = ? ORDER BY path`,
  );

  function find(file: string, path: string, digest: Digest, size: number | undefined, stamp: Stamp | null) {
    let looked = looks.get(path);
    if (looked === undefined) {
      looked = lookAt(path, { digest, size, stamp, since });
      looks.set(path, looked);
    }
    return looked.problem === undefined ? [] : [{ file, path, ...looked.problem }];
  }

  const found = new Map<Digest, Damage[]>();
  for (const artifact of artifacts) {
    const stamp = manifests.get(artifact)?.stamp ?? null;
    found.set(artifact, [
      ...find('manifest', folders.manifest(artifact), artifact, undefined, stamp),
      ...files.all(artifact).flatMap((row) => {
        return find(row.path, folders.content(row.sha256), row.sha256, row.size, row.stamp);
      }),
    ]);
  }
  renew(store, looks.values());
  return found;
}

interface Looked {
  readonly digest: Digest;
  readonly problem?: Problem;
  /** Set if the file was read and is intact. */
  readonly renewed?: Stamp;
}

interface Known {
  readonly digest: Digest;
  readonly size: number | undefined;
  readonly stamp: Stamp | null;
  readonly since: number;
}

function lookAt(path: string, { digest, size, stamp: known, since }: Known): Looked {
  const stat = look(path);
  if (stat === undefined) return { digest, problem: missing };
  const stamp = stampOf(stat);
  if (stamp === known && Number(stat.ctimeMs) < since) return { digest };
  const problem = read(path, stat, digest, size);
  return problem === undefined ? { digest, renewed: stamp } : { digest, problem };
}

function read(
  path: string,
  stat: BigIntStats,
  digest: Digest,
  size: number | undefined,
): Problem | undefined {
  if (!stat.isFile()) return { problem: 'changed', message: 'is no regular file any more' };
  if (size !== undefined && stat.size !== BigInt(size)) return wrongSize(stat.size, size);
  try {
    return compare(digest, hashFileSync(path));
  } catch (error) {
    if (isMissing(error)) return missing;
    throw error;
  }
}

export const missing: Problem = { problem: 'missing', message: 'is missing' };

export function wrongSize(size: bigint, expected: number): Problem {
  return {
    problem: size < BigInt(expected) ? 'short' : 'changed',
    message: `has ${size} bytes instead of ${expected}`,
  };
}

export function compare(expected: Digest, actual: Digest): Problem | undefined {
  if (actual === expected) return undefined;
  const [was, is] = [expected.slice(0, 12), actual.slice(0, 12)];
  return {
    problem: 'changed',
    message: `has changed since it was published: sha256 ${is}… instead of ${was}…`,
  };
}

function renew(store: Store, looks: Iterable<Looked>): void {
  const renewed = [...looks].filter(({ renewed }) => renewed !== undefined);
  if (renewed.length === 0) return;
  write(store, () => {
    for (const { digest, renewed: stamp = null } of renewed) setStamp(store, digest, stamp);
  });
}

/** Stores that the contents (or the manifest) with this digest were intact when they had this stamp. */
export function setStamp({ sql }: Store, digest: Digest, stamp: Stamp | null): void {
  sql<[Stamp | null, Digest]>('UPDATE files SET stamp = ? WHERE sha256 = ?').run(stamp, digest);
  sql<[Stamp | null, Digest]>('UPDATE artifacts SET stamp = ? WHERE digest = ?').run(stamp, digest);
}
