import type { Static, TObject } from '@sinclair/typebox';
import type { SettingsOf } from '../../kind/settings.ts';
import type { Variant } from '../../kind/variants.ts';
import type { Cascade } from './attack.ts';
import type { AttackBuilder } from './attacker.ts';
import type { Objective } from './objective.ts';

/** What the self-checks must know about an attack. */
export interface AttackNature {
  /**
   * How it searches for an adversarial image. A `control` is not expected to find one; `nearest` searches for the
   * boundary of the true class; `random` uses no gradients.
   */
  readonly search: 'control' | 'one-step' | 'pgd' | 'apgd' | 'nearest' | 'random' | 'cascade';
  /** The objective that it maximises, if it is a single one; `setting`: the parameter `loss` gives it. */
  readonly climbs?: Objective | 'setting';
}

/** The declaration of an attack, used for planning: its parameters with defaults, and how to load its code. */
export interface DeclaredAttack<P extends TObject = TObject> extends Variant<P>, AttackNature {
  /** Minimum number of classes for the attack to be the published one. Default 2. */
  readonly classes?: number;
  /** What it does with fewer classes, in words. If undefined, fewer classes are an error. */
  readonly withFewerClasses?: string;
  /**
   * Loads the code of the attack and gives it its settings.
   * @throws Failure `bad-attack` for settings that the schema does not allow
   */
  build(settings: SettingsOf<Static<P>>): Promise<AttackBuilder | Cascade>;
}

/** Gives a declaration its types: the settings are inferred from the schema. */
export function declareAttack<P extends TObject>(attack: DeclaredAttack<P>): DeclaredAttack<P> {
  return attack;
}
