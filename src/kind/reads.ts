import { isList } from '../json.ts';
import type { Kind } from './kind.ts';

/** The files and folders of a need that a cell of a kind reads; undefined if it reads the whole artifact. */
export function filesRead(
  { inputs }: Kind,
  need: string,
  parameters: Readonly<Record<string, unknown>>,
): readonly string[] | undefined {
  const reads = inputs === 'any' || !Object.hasOwn(inputs, need) ? undefined : inputs[need]?.reads;
  return reads === undefined || isList(reads) ? reads : reads.of[String(parameters[reads.by])];
}

/** Whether a file of an artifact is one of those that `filesRead` gives, or below a folder of them. */
export function isRead(reads: readonly string[] | undefined, file: string): boolean {
  if (reads === undefined) return true;
  return reads.some((name) => name === file || (name.endsWith('/') && file.startsWith(name)));
}
