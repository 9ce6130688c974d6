import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import picomatch from 'picomatch';
import { Failure } from '../failure.ts';
import type { Source } from './kind.ts';

/** More files than this are a mistake, such as a data folder that should be the artifact of another cell. */
const maxFiles = 10_000;

/** Folders of programs and packages, which are skipped below a folder or glob. */
const skipped = new Set(['__pycache__', 'node_modules']);

/** Folders that runs write in the project. */
const written = new Set(['cache', 'results']);

/**
 * The files of the project for these names, sorted, without duplicates. A name is a file, a folder (all files in it)
 * or a glob such as `src/*.py`. In a folder, and below the part of a glob without wildcards, hidden files and
 * folders, `__pycache__`, `node_modules`, and the project's own `cache` and `results` are skipped unless they are
 * named.
 *
 * @throws Failure `no-files` for a folder or glob without files; `path-escape` for a link out of the project;
 * `too-many-files`. A missing file is reported when it is read.
 */
export function projectFiles(names: readonly string[], project: string): Source[] {
  if (names.length === 0) return [];
  const root = realpathSync(project);
  const files = new Set<string>();
  for (const name of names) {
    for (const file of filesOf(posix.normalize(name), root)) files.add(file);
    if (files.size > maxFiles)
      throw new Failure('too-many-files', `With ${name}, the stage names more than ${maxFiles} files.`, {
        hint: 'Name fewer files, or let another stage make an artifact of the data, which is read only once.',
      });
  }
  return [...files].sort().map((name) => ({ name, path: join(project, name) }));
}

function filesOf(name: string, root: string): string[] {
  const there = found(join(root, name));
  if (there?.isDirectory()) return someOf(name, [...walk(name, root)], 'has no files');
  const { base, isGlob } = picomatch.scan(name);
  // A file with a bracket in its name is not a glob.
  if (there !== undefined || !isGlob) return [checked(name, root)];
  const matches = picomatch(name, { nonegate: true });
  const isFolder = found(join(root, base))?.isDirectory() ?? false;
  const files = isFolder ? [...walk(base, root)].filter((file) => matches(file)) : [];
  return someOf(name, files, 'matches no files');
}

function someOf(name: string, files: string[], problem: string): string[] {
  if (files.length > 0) return files;
  throw new Failure('no-files', `${name} ${problem}.`, {
    hint: 'Hidden files, __pycache__ and node_modules are left out unless you name them. Paths are relative to the folder of the project.',
  });
}

/** @param outer real paths of the parent folders, so that circular links end */
function* walk(folder: string, root: string, outer: readonly string[] = []): Generator<string> {
  const real = realpathSync(checked(folder, root, join(root, folder)));
  if (outer.includes(real)) return;
  for (const name of readdirSync(real).sort()) {
    if (name.startsWith('.') || skipped.has(name) || (real === root && written.has(name))) continue;
    const inner = posix.join(folder, name);
    const path = join(root, inner);
    if (found(path)?.isDirectory()) yield* walk(inner, root, [...outer, real]);
    else yield checked(inner, root);
  }
}

/** @returns `result`, unless the name leads out of the project */
function checked(name: string, root: string, result = name): string {
  const path = join(root, name);
  if (found(path) === undefined) return result;
  const real = realpathSync(path);
  if (real === root || real.startsWith(`${root}${sep}`)) return result;
  throw new Failure('path-escape', `${name} is a link to ${real}, which is outside the project.`, {
    hint: 'Copy it into the project, or write a kind that reads it; see docs/kinds.md.',
  });
}

/** Undefined if the path does not exist, or a link leads nowhere. */
function found(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) return undefined;
    throw error;
  }
}
