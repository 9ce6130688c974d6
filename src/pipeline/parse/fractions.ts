import type { Scalar } from '../../json.ts';

const pattern = /^([+-]?\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/;

/**
 * The number that a string such as `8/255` stands for; undefined where it is no fraction, divides by zero, or is of whole
 * numbers that a double does not hold exactly.
 */
export function parseFraction(text: string): number | undefined {
  const [, above = '', below = ''] = pattern.exec(text) ?? [];
  if (![above, below].every(isExact)) return undefined;
  const value = Number(above) / Number(below);
  return Number.isFinite(value) ? value : undefined;
}

function isExact(text: string): boolean {
  return (
    text !== '' && (text.includes('.') ? Number.isFinite(Number(text)) : Number.isSafeInteger(Number(text)))
  );
}

/** What a value is compared by: `8/255` and 0.03137254901960784 are one setting, written in two ways. */
export function settingOf<T extends Scalar | undefined>(value: T): T | number {
  return typeof value === 'string' ? (parseFraction(value) ?? value) : value;
}

export function isSameSetting(a: Scalar | undefined, b: Scalar | undefined): boolean {
  return settingOf(a) === settingOf(b);
}

/** True for what is written like a fraction, `1/0` too. */
export function looksLikeFraction(text: string): boolean {
  return pattern.test(text);
}
