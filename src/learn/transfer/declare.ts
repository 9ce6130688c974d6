import type { Static, TObject } from '@sinclair/typebox';
import type { SettingsOf } from '../../kind/settings.ts';
import type { Variant } from '../../kind/variants.ts';
import type { MethodBuilder } from '../train/method.ts';
import type { Teacher } from './teacher.ts';

/** A way to train with a teacher, as the plan knows it: its parameters with their defaults, and how its code is loaded. */
export interface DeclaredTransfer<P extends TObject = TObject> extends Variant<P> {
  /** Loads the code of the method and binds the teacher and the settings, which are those of the schema. */
  build(teacher: Teacher, settings: SettingsOf<Static<P>>): Promise<MethodBuilder>;
}

/** Gives a declaration its types: the settings are inferred from the schema. */
export function declareTransfer<P extends TObject>(method: DeclaredTransfer<P>): DeclaredTransfer<P> {
  return method;
}
