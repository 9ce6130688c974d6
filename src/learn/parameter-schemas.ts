import { Type } from '@sinclair/typebox';

// Schemas that several kinds use. Loaded by every plan: import nothing heavy here.

/** One of several words. Messages list them. */
export function oneOf<const W extends string>(
  words: readonly W[],
  options: { default?: W; description: string },
) {
  return Type.Unsafe<W>({ type: 'string', enum: [...words], ...options });
}

const unitHint = 'pixels are in [0, 1]: write 8/255, not 8';

/** A length in units of pixels, which are in [0, 1]. */
export function pixelLength(options: { default?: number; description: string }) {
  return Type.Number({ minimum: 0, maximum: 1, hint: unitHint, ...options });
}

/** The weight of a term of a loss. */
export function weight(value: number, description: string) {
  return Type.Number({ minimum: 0, default: value, description });
}

/** A count. The maximum is far above any useful value: a larger number is a mistake. */
export function count(options: { default?: number; description: string }) {
  return Type.Integer({ minimum: 1, maximum: 1_000_000, ...options });
}

/** A seed: a whole number that JavaScript and YAML store exactly. */
export function seed(description: string) {
  return Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 0,
    hint: 'larger numbers are not exact: two seeds could be the same one',
    description,
  });
}

/** Which checkpoint of a model. */
export function checkpoint(description: string) {
  return oneOf(['last', 'best'], { default: 'last', description });
}
