import type { Static, TObject } from '@sinclair/typebox';
import type { SettingsOf } from '../../kind/settings.ts';
import type { Variant } from '../../kind/variants.ts';
import type { MethodBuilder } from '../train/method.ts';
import type { Teacher } from './teacher.ts';

/**
 * The declaration of a training method with a teacher, used for planning: its parameters with defaults, and how to
 * load its code.
 */
export interface DeclaredTransfer<P extends TObject = TObject> extends Variant<P> {
  /** Loads the code of the method and gives it the teacher and its settings. */
  build(teacher: Teacher, settings: SettingsOf<Static<P>>): Promise<MethodBuilder>;
}

/** Gives a declaration its types: the settings are inferred from the schema. */
export function declareTransfer<P extends TObject>(method: DeclaredTransfer<P>): DeclaredTransfer<P> {
  return method;
}
