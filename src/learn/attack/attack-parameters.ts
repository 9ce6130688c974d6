import { Type } from '@sinclair/typebox';
import { count, pixelLength } from '../parameter-schemas.ts';

// Parameters that several attacks have. Loaded by every plan: nothing heavy may be imported here.

export const epsilon = pixelLength({
  default: 8 / 255,
  description: 'Radius of the l∞ ball, for pixels in [0, 1].',
});

export const restarts = count({
  default: 1,
  description: 'Runs from different starts, of which each example keeps its worst.',
});

export function steps(value: number) {
  return count({ default: value, description: 'Steps.' });
}

/** How many classes AutoAttack goes for. */
export const usualTargets = 9;

export const targets = Type.Optional(
  count({
    description: `Other classes that are gone for, the most likely first. Without it ${usualTargets}, or all others where there are fewer.`,
  }),
);
