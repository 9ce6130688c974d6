import type { Static, TObject } from '@sinclair/typebox';
import type { SettingsOf } from '../../kind/settings.ts';
import type { Variant } from '../../kind/variants.ts';
import type { MethodBuilder } from './method.ts';

/** A way to train, as the plan knows it: its parameters with their defaults, and how its code is loaded. */
export interface DeclaredMethod<P extends TObject = TObject> extends Variant<P> {
  /** Loads the code of the method and binds its settings, which are those of the schema. */
  build(settings: SettingsOf<Static<P>>): Promise<MethodBuilder>;
}

/** Gives a declaration its types: the settings are inferred from the schema. */
export function declareMethod<P extends TObject>(method: DeclaredMethod<P>): DeclaredMethod<P> {
  return method;
}
