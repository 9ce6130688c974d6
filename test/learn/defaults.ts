import type { Static, TObject } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { type SettingsOf, settingsOf } from '../../src/kind/settings.ts';
import type { Variant } from '../../src/kind/variants.ts';
import { type AttackName, type AttackSettings, declared } from '../../src/learn/attack/attacks.ts';
import { fastAtMethod } from '../../src/learn/train/methods/fast-at.ts';
import { freeAtMethod } from '../../src/learn/train/methods/free-at.ts';
import { martMethod } from '../../src/learn/train/methods/mart.ts';
import { mixupMethod } from '../../src/learn/train/methods/mixup.ts';
import { pgdAtMethod } from '../../src/learn/train/methods/pgd-at.ts';
import { tradesMethod } from '../../src/learn/train/methods/trades.ts';
import { ardMethod } from '../../src/learn/transfer/methods/ard.ts';
import { attentionMethod } from '../../src/learn/transfer/methods/attention.ts';
import { igamMethod } from '../../src/learn/transfer/methods/igam.ts';
import { kdMethod } from '../../src/learn/transfer/methods/kd.ts';
import { mixAcmMethod } from '../../src/learn/transfer/methods/mixacm.ts';
import { rsladMethod } from '../../src/learn/transfer/methods/rslad.ts';

// The settings of methods and attacks with the defaults of their schemas, as a pipeline gives them that sets nothing.

function defaultsOf<P extends TObject>({ parameters }: Variant<P>): SettingsOf<Static<P>> {
  // All parameters that are not optional have a default.
  return settingsOf(Value.Default(parameters, {}) as Static<P>);
}

export const mixupDefaults = defaultsOf(mixupMethod);
export const pgdAtDefaults = defaultsOf(pgdAtMethod);
export const tradesDefaults = defaultsOf(tradesMethod);
export const martDefaults = defaultsOf(martMethod);
export const fastAtDefaults = defaultsOf(fastAtMethod);
export const freeAtDefaults = defaultsOf(freeAtMethod);
export const igamDefaults = defaultsOf(igamMethod);
export const kdDefaults = defaultsOf(kdMethod);
export const ardDefaults = defaultsOf(ardMethod);
export const rsladDefaults = defaultsOf(rsladMethod);
export const attentionDefaults = defaultsOf(attentionMethod);
export const mixAcmDefaults = defaultsOf(mixAcmMethod);

/** An attack with some settings, as a test gives it: those that it does not have are left out. */
export type GivenAttack = Partial<Omit<AttackSettings, 'name'>> & { readonly name: string };

/** The settings of an attack, with defaults for those that are not given. @param given may be called `pgd-<steps>` */
export function attackSettings({ name: full, ...given }: GivenAttack): AttackSettings {
  const [, pgd, count] = /^(pgd)-(\d+)$/.exec(full) ?? [];
  const name = (pgd ?? full) as AttackName; // a test names attacks that there are
  const { parameters, derived = {} } = declared(name);
  const own = Object.keys(settingsOf(parameters.properties));
  const all = count === undefined ? given : { ...given, steps: Number(count) };
  const fitting = Object.fromEntries(Object.entries(all).filter(([setting]) => own.includes(setting)));
  const settings = { ...settingsOf(Value.Default(parameters, {}) as object), ...fitting };
  const computed = Object.entries(derived).map(([setting, { value }]) => [setting, value(settings)] as const);
  return { ...settingsOf(Object.fromEntries(computed)), epsilon: 0, ...settings, name };
}
