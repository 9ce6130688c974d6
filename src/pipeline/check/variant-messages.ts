import { didYouMean } from '../../suggest.ts';
import type { KindChecker } from './kind-checker.ts';

/**
 * The message for a parameter that the variants do not have.
 * @param variants those of the cells that it was given to
 */
export function unusedParameter(
  checker: KindChecker,
  parameter: string,
  variants: readonly string[],
): { message: string; hint: string | undefined } {
  const owners = checker.variantsWith(parameter);
  const by = checker.kind.variants?.by ?? '';
  if (variants.some((one) => owners.includes(one))) {
    return {
      message: `'${parameter}' has no effect: the number in '${by}' sets it`,
      hint: `leave '${parameter}' out, or write '${by}' without the number`,
    };
  }
  const lacking = variants.length === 1 ? `${variants[0]} has` : `${list(variants)} have`;
  const own = [...new Set(variants.flatMap((one) => checker.ownParameters(one)))];
  return {
    message: `'${parameter}' is a parameter of ${list(owners)}; ${lacking} no such parameter`,
    hint:
      didYouMean(parameter, own) ??
      (own.length === 0
        ? `leave it out: ${lacking} no parameters of ${variants.length === 1 ? 'its' : 'their'} own`
        : `leave it out; ${lacking} ${own.join(', ')}`),
  };
}

/**
 * The same for an axis of a matrix.
 * @param choosesByAxis whether the variant is also chosen by an axis
 */
export function unusedAxis(
  checker: KindChecker,
  axis: string,
  variant: string,
  choosesByAxis: boolean,
): { message: string; hint: string | undefined } {
  const { message, hint } = unusedParameter(checker, axis, [variant]);
  const by = checker.kind.variants?.by ?? '';
  return {
    message: `axis ${message}: its cells would be the same`,
    hint: choosesByAxis
      ? `give ${variant} one cell without this axis: exclude: [{ ${by}: ${variant} }] and include: [{ ${by}: ${variant} }]; or give it a stage of its own`
      : hint,
  };
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
