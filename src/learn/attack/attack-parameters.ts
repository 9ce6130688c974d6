import { Type } from '@sinclair/typebox';
import { count, pixelLength } from '../parameter-schemas.ts';

// Parameters that several attacks have. Loaded by every plan: import nothing heavy here.

export const epsilon = pixelLength({
  default: 8 / 255,
  description: 'Radius of the l∞ ball, for pixels in [0, 1].',
});

export const restarts = count({
  default: 1,
  description: 'Number of runs from different starts. Each image keeps its worst result.',
});

export function steps(value: number) {
  return count({ default: value, description: 'Number of steps.' });
}

/** Number of target classes in AutoAttack. */
export const usualTargets = 9;

export const targets = Type.Optional(
  count({
    description: `Number of other classes to target, the most likely first. Default: ${usualTargets}, or all other classes if there are fewer.`,
  }),
);
