const pattern = /^([+-]?\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/;

/** The number that a string such as `8/255` stands for; undefined where it is no fraction or divides by zero. */
export function parseFraction(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const value = Number(match[1]) / Number(match[2]);
  return Number.isFinite(value) ? value : undefined;
}

/** True for what is written like a fraction, `1/0` too. */
export function looksLikeFraction(text: string): boolean {
  return pattern.test(text);
}
