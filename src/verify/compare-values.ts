/** A value that came out differently than recorded. Undefined: it is not there. */
export interface ValueDifference {
  readonly name: string;
  readonly recorded: number | undefined;
  readonly found: number | undefined;
}

type Values = Readonly<Record<string, number>>;

/** The values that are not equal, by name. */
export function differentValues(recorded: Values, found: Values): ValueDifference[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(found)])].sort();
  return names
    .map((name) => ({ name, recorded: own(recorded, name), found: own(found, name) }))
    .filter((value) => value.recorded !== value.found);
}

/**
 * Whether two values are as near as a tolerance allows: |found - recorded| <= tolerance * max(1, |recorded|). So it is
 * absolute for values up to 1, such as an accuracy, and relative for larger ones. 0.50 and 0.51 are 0.01 apart, although
 * their difference is a bit more in binary.
 */
export function isNear({ recorded, found }: ValueDifference, tolerance: number): boolean {
  if (recorded === undefined || found === undefined) return false;
  return Math.abs(found - recorded) <= tolerance * Math.max(1, Math.abs(recorded)) * (1 + 1e-9);
}

function own(values: Values, name: string): number | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
