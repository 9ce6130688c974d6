import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { above, home } from '../home.ts';

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
