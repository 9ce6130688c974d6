import type { Static, TObject } from '@sinclair/typebox';
import type { SettingsOf } from '../../kind/settings.ts';
import type { Variant } from '../../kind/variants.ts';
import type { MethodBuilder } from './method.ts';

/** The declaration of a training method, used for planning: its parameters with defaults, and how to load its code. */
export interface DeclaredMethod<P extends TObject = TObject> extends Variant<P> {
  /** Loads the code of the method and gives it its settings. */
  build(settings: SettingsOf<Static<P>>): Promise<MethodBuilder>;
}

/** Gives a declaration its types: the settings are inferred from the schema. */
export function declareMethod<P extends TObject>(method: DeclaredMethod<P>): DeclaredMethod<P> {
  return method;
}
