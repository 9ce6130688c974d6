import { usualTargets } from './attack-parameters.ts';
import { type AttackSettings, declared } from './attacks.ts';

/** A pass that also computes the gradient goes through the model twice: forward and backward. */
export const gradientPass = 2;

/**
 * Passes of one example through the model that an attack takes at least, for an example that it breaks and for one
 * that withstands. A forward pass counts 1, a gradient `gradientPass`.
 */
export interface Passes {
  readonly broken: number;
  readonly robust: number;
}

/** @param classes of the model */
export function passesOf(settings: AttackSettings, classes: number): Passes {
  const { name, steps = 1, restarts = 1, queries = 0 } = settings;
  const targets = settings.targets ?? Math.min(usualTargets, classes - 1);
  // Each run also looks at its last images.
  const run = gradientPass * (steps + 1);
  const nearest = gradientPass + 1;
  switch (declared(name).search) {
    case 'control':
      return { broken: 0, robust: 0 };
    case 'one-step':
      return { broken: gradientPass, robust: gradientPass };
    case 'pgd':
    case 'apgd':
      return { broken: run, robust: run * restarts * (name === 'apgd-t' ? targets : 1) };
    case 'nearest': {
      // DeepFool may end after its first step, within epsilon or beyond it.
      const all = name === 'deepfool' ? gradientPass * targets + 1 : nearest * targets * steps;
      return { broken: all, robust: all };
    }
    case 'random':
      return { broken: 1, robust: 1 + queries };
    case 'cascade':
      return { broken: run, robust: run * (1 + targets) + nearest * targets * steps + 1 + queries };
  }
}
