import { settingsOf } from '../../kind/settings.ts';
import type { MethodBuilder } from '../train/method.ts';
import type { DeclaredTransfer } from './declare.ts';
import { ardMethod } from './methods/ard.ts';
import { attentionMethod } from './methods/attention.ts';
import { igamMethod } from './methods/igam.ts';
import { kdMethod } from './methods/kd.ts';
import { mixAcmMethod } from './methods/mixacm.ts';
import { rsladMethod } from './methods/rslad.ts';
import type { Teacher } from './teacher.ts';

// Loaded by every plan: import nothing heavy here, except types.

/** Training methods with a teacher, by the name used in pipelines. */
export const transferMethods = {
  kd: kdMethod,
  ard: ardMethod,
  rslad: rsladMethod,
  attention: attentionMethod,
  igam: igamMethod,
  mixacm: mixAcmMethod,
};

/** @param parameters of a cell, already checked against the schema of its method */
export function transferMethod(
  teacher: Teacher,
  parameters: { readonly method: keyof typeof transferMethods },
): Promise<MethodBuilder> {
  const method: DeclaredTransfer = transferMethods[parameters.method];
  return method.build(teacher, settingsOf(parameters));
}
