import { PARTS, type Part } from './parts.ts';

/** A value that a kind reports. */
export interface ValueDeclaration {
  readonly description: string;
  /**
   * The part of the data set that the number comes from; with `by`, the one that this parameter names. `none` for
   * numbers that do not depend on the images, such as a cost.
   */
  readonly part: Part | 'none' | { readonly by: string };
}

/**
 * Values by name. An upper-case word at the end of a name stands for any text: `after-NAME` declares `after-square`
 * and `after-fab-t`.
 */
export type ValueDeclarations = Readonly<Record<string, ValueDeclaration>>;

/** The declaration of a value, and the name that it is declared by. */
export function declaredValue(
  values: ValueDeclarations,
  name: string,
): { readonly name: string; readonly value: ValueDeclaration } | undefined {
  const own = values[name];
  if (own !== undefined && Object.hasOwn(values, name)) return { name, value: own };
  for (const [pattern, value] of Object.entries(values)) {
    const start = pattern.replace(/[A-Z]+$/, '');
    if (start !== pattern && name !== start && name.startsWith(start)) return { name: pattern, value };
  }
  return undefined;
}

/** The part that a value of a cell comes from. What a parameter does not name is taken for the test part. */
export function partOf(
  { part }: ValueDeclaration,
  parameters: Readonly<Record<string, unknown>>,
): Part | 'none' {
  if (typeof part === 'string') return part;
  return PARTS.find((one) => one === parameters[part.by]) ?? 'test';
}
