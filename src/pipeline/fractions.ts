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

/** True for what is written like a fraction, `1/0` too. */
export function looksLikeFraction(text: string): boolean {
  return pattern.test(text);
}
