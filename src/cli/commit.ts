import { execFile } from 'node:child_process';
import { isAbsolute, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import type { Commit } from '../verify/record.ts';

const run = promisify(execFile);

/**
 * The commit that a project is at, and whether something in its repository is not committed.
 * @param root the folder of the project
 * @param made folders of what runs make: what is in them does not count
 * @returns undefined if the project is in no git repository, or there is no git
 */
export async function commitOf(root: string, made: readonly string[]): Promise<Commit | undefined> {
  const left = made.map((folder) => relative(root, folder)).filter((path) => isInside(path));
  const paths = [':/', ...left.map((path) => `:(exclude,literal)${path.replaceAll(sep, '/')}`)];
  try {
    const { stdout } = await run(
      'git',
      ['--no-optional-locks', '-C', root, 'status', '--porcelain=v2', '--branch', '--', ...paths],
      { maxBuffer: 1 << 28 },
    );
    const id = /^# branch\.oid ([0-9a-f]+)$/m.exec(stdout)?.[1];
    return id === undefined ? undefined : { id, dirty: /^[^#]/m.test(stdout) };
  } catch {
    return undefined;
  }
}

function isInside(path: string): boolean {
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
