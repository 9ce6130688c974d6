import type { Derived } from '../../kind/variants.ts';

/** The step size of PGD (Madry et al. 2018): large enough to reach the border of the ball from any start. */
export const pgdStepSize: Derived<{ readonly epsilon: number; readonly steps: number }> = {
  rule: '2.5 · epsilon / steps',
  value: ({ epsilon, steps }) => (2.5 * epsilon) / steps,
};
