import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Retable's own folder: the nearest above this module that has a package.json. */
export const home: string = above(dirname(fileURLToPath(import.meta.url)), 'package.json') ?? process.cwd();

/** The nearest folder, from the given one upwards, that has a file or folder of this name. */
export function above(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
