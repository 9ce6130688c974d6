import type { AttackResult } from '../attack/attack-result.ts';
import type { AttackSettings } from '../attack/attacks.ts';
import { passesOf } from '../attack/passes.ts';

/** Share of the passes of the attack that its probes take at most, unless the number of probed examples is given. */
export const usualShare = 1 / 4;

/**
 * The passes that the probes of a cell may still take, in the unit of `passesOf`. It counts passes and not time, so
 * that the same checks are made on every machine.
 */
export class Allowance {
  #left: number;

  constructor(passes: number) {
    this.#left = passes;
  }

  /** @throws TooExpensive if fewer passes are left than a probe may take at most */
  require(most: number): void {
    if (most > this.#left) throw new TooExpensive(most, this.#left);
  }

  take(passes: number): void {
    this.#left -= passes;
  }
}

/** A check is skipped because its probe might take more passes than are left. */
export class TooExpensive extends Error {
  constructor(most: number, left: number) {
    super(
      `the check may take ${most} passes, and the checks of this attack may take ${Math.max(Math.floor(left), 0)} more; with self-check-examples given, all checks are made`,
    );
  }
}

/** The passes for the probes of an attack: a share of those that it took at least. */
export function allowanceOf(
  settings: AttackSettings,
  { examples: { cleanCorrect, robustCorrect } }: AttackResult,
  classes: number,
  share: number,
): Allowance {
  const { broken, robust } = passesOf(settings, classes);
  const count = (flags: ArrayLike<number> = []) => Array.from(flags).filter((flag) => flag === 1).length;
  const [right, withstood] = [count(cleanCorrect?.data), count(robustCorrect?.data)];
  return new Allowance(share * (right * broken + withstood * (robust - broken)));
}
