import type { Static, TObject } from '@sinclair/typebox';
import type { SettingsOf } from '../../kind/settings.ts';
import type { Variant } from '../../kind/variants.ts';
import type { Cascade } from './attack.ts';
import type { AttackBuilder } from './attacker.ts';
import type { Objective } from './objective.ts';

/** What the self-checks have to know of an attack. */
export interface AttackNature {
  /**
   * How it looks for an adversarial image. A `control` is not expected to find what an attack would; `nearest` goes for the
   * border of the true class, and `random` takes no gradients.
   */
  readonly search: 'control' | 'one-step' | 'pgd' | 'apgd' | 'nearest' | 'random' | 'cascade';
  /** What it makes great, if it is one thing; `setting`: what its parameter `loss` says. */
  readonly climbs?: Objective | 'setting';
}

/** An attack, as the plan knows it: its parameters with their defaults, and how its code is loaded. */
export interface DeclaredAttack<P extends TObject = TObject> extends Variant<P>, AttackNature {
  /** The least number of classes for which it is what its name says. Default 2. */
  readonly classes?: number;
  /**
   * With fewer classes than that: what it does instead, in words. Without it such an attack is a mistake.
   */
  readonly withFewerClasses?: string;
  /**
   * Loads the code of the attack and binds its settings, which are those of the schema.
   * @throws Failure `bad-attack`, `bad-epsilon` for settings that the schema does not allow
   */
  build(settings: SettingsOf<Static<P>>): Promise<AttackBuilder | Cascade>;
}

/** Gives a declaration its types: the settings are inferred from the schema. */
export function declareAttack<P extends TObject>(attack: DeclaredAttack<P>): DeclaredAttack<P> {
  return attack;
}
