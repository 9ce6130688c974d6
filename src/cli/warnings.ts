import { readFileSync } from 'node:fs';
import type { Cache } from '../cache/cache.ts';
import type { Digest } from '../cache/digest.ts';
import { asFailure } from '../failure.ts';
import type { CellWarning } from '../kind/kind.ts';

const file = 'warnings.json';

/**
 * The warnings of a cell, from `warnings.json` of its artifact; none if there is no such file. A file that cannot be read
 * becomes a warning, because programs may write this file too.
 */
export function warningsOf(cache: Cache, artifact: Digest): CellWarning[] {
  if (!cache.files(artifact).some(({ path }) => path === file)) return [];
  try {
    const entries: unknown = JSON.parse(readFileSync(cache.path(artifact, file), 'utf8'));
    if (Array.isArray(entries) && entries.every(isWarning)) return entries;
    return [unreadable('it must be a list of objects with a name and a message.')];
  } catch (error) {
    return [unreadable(error instanceof SyntaxError ? error.message : asFailure(error).message)];
  }
}

function isWarning(entry: unknown): entry is CellWarning {
  if (entry === null || typeof entry !== 'object') return false;
  const { name, message } = entry as Partial<Record<keyof CellWarning, unknown>>; // any object may be asked for these
  return typeof name === 'string' && typeof message === 'string';
}

function unreadable(why: string): CellWarning {
  return { name: 'warnings-unreadable', message: `${file} can't be read: ${why}` };
}
