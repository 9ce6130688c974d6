import type { AttackBuilder } from './attacker.ts';

/** No attack: the clean images. */
export const none: AttackBuilder = () => ({
  epsilon: 0,
  perturb: async ({ images }) => ({ images }),
  dispose: async () => {},
});
