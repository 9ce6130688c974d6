import { isList } from '../json.ts';
import type { Kind } from './kind.ts';

/** The files of a need that a cell of a kind reads; undefined if it reads the whole artifact. */
export function filesRead(
  { inputs }: Kind,
  need: string,
  parameters: Readonly<Record<string, unknown>>,
): readonly string[] | undefined {
  const reads = inputs === 'any' || !Object.hasOwn(inputs, need) ? undefined : inputs[need]?.reads;
  return reads === undefined || isList(reads) ? reads : reads.of[String(parameters[reads.by])];
}
