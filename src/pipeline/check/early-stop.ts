import type { Continues } from '../../kind/kind.ts';
import type { CheckedParameters } from './parameter-checker.ts';

/**
 * Leaves out the parameter that stops a cell early if it stops only at the end: so the cell is the plain one, with its
 * fingerprint. It is an issue if it would stop after the end.
 */
export function withoutFullStop(checked: CheckedParameters, { stop, of }: Continues): CheckedParameters {
  const { [stop]: after, ...plain } = checked.parameters;
  const all = plain[of];
  const isWrong = checked.issues.some(({ parameter }) => parameter === stop || parameter === of);
  if (isWrong || typeof after !== 'number' || typeof all !== 'number' || after < all) return checked;
  if (after === all) return { ...checked, parameters: plain };
  const issue = {
    code: 'bad-parameter',
    parameter: stop,
    path: [],
    at: 'value' as const,
    message: `'${stop}' must be at most '${of}', which is ${all}, not ${after}`,
    hint: `leave out '${stop}' to do all of '${of}'`,
  };
  return { ...checked, issues: [...checked.issues, issue] };
}
