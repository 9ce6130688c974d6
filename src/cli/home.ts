import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Retable's own folder: the nearest above this module that has a package.json. */
export const home: string = above(dirname(fileURLToPath(import.meta.url)), 'package.json') ?? process.cwd();

/** Of package.json, whose shape npm has checked. */
export const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
  version: string;
};

/**
 * The project of a command: the nearest folder, from the current one upwards, with a `pipelines/` folder; otherwise
 * the current one.
 */
export function findProject(from: string): string {
  return above(from, 'pipelines') ?? from;
}

function above(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
