import type { Json } from '../../json.ts';
import type { Variants } from '../../kind/variants.ts';
import { didYouMean } from '../../suggest.ts';
import { describeValue } from '../parse/readers.ts';
import { type Issue, missingParameter } from './parameter-messages.ts';

/** A variant, and the parameters set by its short form: `pgd-50` sets `steps`. */
export interface Choice {
  readonly variant: string;
  readonly fixed: Readonly<Record<string, number>>;
}

/** The variant for a value of `by`, or what is wrong with the value. */
export function chooseVariant(kind: string, variants: Variants, given: Json | undefined): Choice | Issue {
  const { by, of } = variants;
  const value = given ?? variants.default;
  if (value === undefined) return missingParameter(kind, by);
  if (typeof value === 'string') {
    if (Object.hasOwn(of, value)) return { variant: value, fixed: {} };
    const [, name = '', count] = /^(.+)-([1-9][0-9]*)$/.exec(value) ?? [];
    const suffix = Object.hasOwn(of, name) ? of[name]?.suffix : undefined;
    if (suffix !== undefined) return { variant: name, fixed: { [suffix]: Number(count) } };
  }
  const forms = Object.entries(of).flatMap(([name, { suffix }]) =>
    suffix === undefined ? [name] : [name, `${name}-<${suffix}>`],
  );
  const words = forms.map((form) => `'${form}'`).join(', ');
  return {
    code: 'bad-parameter',
    parameter: by,
    path: [],
    at: 'value',
    message: `'${by}' must be one of ${words}, not ${describeValue(value)}`,
    hint: typeof value === 'string' ? didYouMean(value, Object.keys(of)) : undefined,
  };
}
