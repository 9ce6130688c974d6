import { Failure } from '../../failure.ts';
import type { AttackBuilder } from './attacker.ts';
import { type FgsmSettings, fgsm } from './fgsm.ts';
import { none } from './none.ts';
import { type PgdSettings, pgd } from './pgd.ts';

/** An attack with its settings, as a pipeline gives it. */
export type AttackSettings =
  | { readonly name: 'none' }
  | ({ readonly name: 'fgsm' } & FgsmSettings)
  | ({ readonly name: 'pgd' } & PgdSettings);

/** @throws Failure `bad-epsilon`, `bad-attack` */
export function createAttack(settings: AttackSettings): AttackBuilder {
  switch (settings.name) {
    case 'none':
      return none;
    case 'fgsm':
      return fgsm(settings);
    case 'pgd':
      return pgd(settings);
  }
}

/** The attack of a name as pipelines give it: `none`, `fgsm`, `pgd`, `pgd-<steps>`. @throws Failure `bad-attack` */
export function attackSettings(name: string, settings: PgdSettings): AttackSettings {
  const [, kind, steps] = /^(none|fgsm|pgd)(?:-(\d+))?$/.exec(name) ?? [];
  switch (kind) {
    case 'none':
      return { name: 'none' };
    case 'fgsm':
      return { name: 'fgsm', epsilon: settings.epsilon };
    case 'pgd':
      return { name: 'pgd', ...settings, steps: steps === undefined ? settings.steps : Number(steps) };
    default:
      throw new Failure('bad-attack', `There is no attack ${name}.`, {
        hint: 'Attacks: none, fgsm, pgd, pgd-<steps>.',
      });
  }
}
