/** How the numbers of a table are printed. */
export interface NumberStyle {
  /** `percent` shows 0.873 as 87.3. */
  readonly format: 'percent' | 'number';
  /** Digits after the point. Numbers that would be rounded to zero get more. */
  readonly digits: number;
}

/** A small deviation gets up to this many additional digits; smaller ones are printed as powers of ten. */
const moreDigits = 4;

/** Prints a number in percent or as it is. A number that is not zero is never printed as zero. */
export function number(value: number, style: NumberStyle): string {
  return printed(scaled(value, style), style.digits);
}

/**
 * Prints a mean and its deviation with the same digits after the point or the same power of ten, if both are visible
 * then: `0.913 ± 0.012`, `0.91234 ± 0.00012`, `1.5e-7 ± 0.2e-7`. Otherwise each has its own form: `0.912 ± 1.2e-12`.
 */
export function meanAndDeviation(mean: number, std: number, style: NumberStyle): string {
  const [m, s] = [scaled(mean, style), scaled(std, style)];
  const { digits } = style;
  const larger = Math.max(Math.abs(m), s);
  // Two significant digits of the deviation, or of the larger one if both numbers are small.
  const needed = 1 - exponentOf(vanishes(larger, digits) ? larger : s);
  const shared = vanishes(s, digits) && needed <= digits + moreDigits ? needed : digits;
  if (!vanishes(m, shared) && !vanishes(s, shared)) return `${fixed(m, shared)} ± ${fixed(s, shared)}`;
  const exponent = exponentOf(larger);
  const power = 10 ** exponent;
  // Below 1e-307, the power is not exact.
  const isShared = vanishes(larger, digits) && exponent > -307;
  if (isShared && !vanishes(m / power, 1) && !vanishes(s / power, 1))
    return `${fixed(m / power, 1)}e${exponent} ± ${fixed(s / power, 1)}e${exponent}`;
  return `${printed(m, digits)} ± ${printed(s, digits)}`;
}

/**
 * Prints the difference of two numbers of the table, with its sign: `+0.4`, `-1.2`. It is `0.0` if it is too small
 * for the digits of the table, unless the two numbers are too.
 */
export function difference(ours: number, published: number, style: NumberStyle): string {
  const [a, b] = [scaled(ours, style), scaled(published, style)];
  const isSmall = [a, b].every((one) => one === 0 || vanishes(one, style.digits));
  const text = isSmall ? printed(a - b, style.digits) : fixed(a - b, style.digits);
  return Number(text) > 0 ? `+${text}` : text;
}

/** Prints a number with more digits, or with a power of ten, if `digits` would show it as zero. */
export function printed(value: number, digits: number): string {
  return vanishes(value, digits) ? value.toPrecision(2) : fixed(value, digits);
}

/** The decimal exponent after rounding to two digits; 0 for 0. */
function exponentOf(value: number): number {
  return Number(value.toExponential(1).split('e')[1]);
}

/** Never -0.0. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

function vanishes(value: number, digits: number): boolean {
  return value !== 0 && Number(value.toFixed(digits)) === 0;
}

function scaled(value: number, { format }: NumberStyle): number {
  return format === 'percent' ? value * 100 : value;
}
