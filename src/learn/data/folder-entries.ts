import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';

/** A file or folder in a folder. */
export interface Entry {
  /** In Unicode normal form C, because macOS and Linux may store the same name differently. */
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/**
 * Lists a folder, including hidden entries, sorted by the UTF-16 code units of names. Links are followed.
 * @throws Failure `bad-image-folder` for what cannot be read, and for two names that are equal in normal form C
 */
export function entriesOf(folder: string): Entry[] {
  const entries = lookedAt(folder, () => readdirSync(folder, { withFileTypes: true }))
    .map((entry): Entry => {
      const path = join(folder, entry.name);
      // The type of a link's target is unknown until it is looked up.
      const what = entry.isSymbolicLink() ? lookedAt(path, () => statSync(path)) : entry;
      return { name: entry.name.normalize('NFC'), path, isFolder: what.isDirectory() };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const twice = entries.find(({ name }, place) => entries[place + 1]?.name === name);
  if (twice === undefined) return entries;
  throw badFolder(`${folder} has two entries called ${twice.name}, which differ only in their Unicode form.`);
}

/** @param hint replaces the usual hint */
export function badFolder(
  message: string,
  hint = 'An image-folder has one folder of images for each class, or the folders train/ and val/ with the same classes in both.',
  cause?: unknown,
): Failure {
  return new Failure('bad-image-folder', message, { hint, cause });
}

function lookedAt<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? causes[String(cause.code)] : undefined;
    if (why === undefined) throw cause;
    throw badFolder(`${path} ${why}.`, undefined, cause);
  }
}

const causes: Readonly<Record<string, string>> = {
  ENOENT: 'is a link to nothing',
  ELOOP: 'is a link that leads back to itself',
  ENOTDIR: 'is no folder',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
};
