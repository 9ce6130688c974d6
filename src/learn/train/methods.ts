import { settingsOf } from '../../kind/settings.ts';
import type { DeclaredMethod } from './declare.ts';
import type { MethodBuilder } from './method.ts';
import { fastAtMethod } from './methods/fast-at.ts';
import { freeAtMethod } from './methods/free-at.ts';
import { martMethod } from './methods/mart.ts';
import { mixupMethod } from './methods/mixup.ts';
import { pgdAtMethod } from './methods/pgd-at.ts';
import { standardMethod } from './methods/standard.ts';
import { tradesMethod } from './methods/trades.ts';

// Loaded by every plan: import nothing heavy here.

/** Training methods without a teacher, by the name used in pipelines. */
export const trainingMethods = {
  standard: standardMethod,
  mixup: mixupMethod,
  'pgd-at': pgdAtMethod,
  trades: tradesMethod,
  mart: martMethod,
  'fast-at': fastAtMethod,
  'free-at': freeAtMethod,
};

/** @param parameters of a cell, already checked against the schema of its method */
export function trainingMethod(parameters: {
  readonly method: keyof typeof trainingMethods;
}): Promise<MethodBuilder> {
  const method: DeclaredMethod = trainingMethods[parameters.method];
  return method.build(settingsOf(parameters));
}
