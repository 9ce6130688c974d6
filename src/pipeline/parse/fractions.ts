import type { Scalar } from '../../json.ts';

const pattern = /^([+-]?\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/;

/**
 * The number for a string such as `8/255`; undefined if it is not a fraction, divides by zero, or contains whole
 * numbers that a double does not represent exactly.
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

/** The value used for comparisons: `8/255` and 0.03137254901960784 are the same setting. */
export function settingOf<T extends Scalar | undefined>(value: T): T | number {
  return typeof value === 'string' ? (parseFraction(value) ?? value) : value;
}

export function isSameSetting(a: Scalar | undefined, b: Scalar | undefined): boolean {
  return settingOf(a) === settingOf(b);
}

/** True for anything written like a fraction, even `1/0`. */
export function looksLikeFraction(text: string): boolean {
  return pattern.test(text);
}
