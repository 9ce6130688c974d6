import type { Cache, Damage } from '../cache/cache.ts';
import type { Digest } from '../cache/digest.ts';
import { Failure } from '../failure.ts';
import { damageText } from '../plan/planner.ts';

type Inputs = Readonly<Record<string, Digest>>;

/**
 * Call this before an attempt: its inputs may have been damaged since it was planned.
 * @param inputs the artifact of each need
 * @throws Failure `input-lost`
 */
export function requireWholeInputs(cache: Cache, inputs: Inputs): void {
  const damaged = firstDamage(inputs, cache.checkMany(Object.values(inputs)));
  if (!damaged) return;
  throw new Failure('input-lost', `Its input ${damaged} in the cache.`, {
    hint: 'Run again: the input is made again first.',
  });
}

/**
 * Call this after an attempt, before its output is published: a result that was computed from a changed input would be
 * stored under the key of the old input.
 * @param began when the attempt began, in milliseconds since 1970; files that may have changed since then are read
 * @throws Failure `input-changed`
 */
export function refuseChangedInputs(cache: Cache, inputs: Inputs, began: number): void {
  const damaged = firstDamage(inputs, cache.checkSince(Object.values(inputs), began));
  if (!damaged) return;
  throw new Failure('input-changed', `While it ran, its input ${damaged}. Nothing was published.`, {
    hint: 'A cell must not write to its inputs: copy them first. Then run again: the input is made again first.',
  });
}

/** `data: train.bin is missing`, as the end of a sentence. */
function firstDamage(inputs: Inputs, damage: ReadonlyMap<Digest, readonly Damage[]>): string | undefined {
  for (const [need, artifact] of Object.entries(inputs)) {
    const [first] = damage.get(artifact) ?? [];
    if (first) return `${need} was damaged: ${damageText(first)}`;
  }
  return undefined;
}
