import type { Kind } from './kind.ts';

/** The files of a need that a kind reads; undefined if it reads the whole artifact. */
export function filesRead({ inputs }: Kind, need: string): readonly string[] | undefined {
  return inputs === 'any' || !Object.hasOwn(inputs, need) ? undefined : inputs[need]?.reads;
}
