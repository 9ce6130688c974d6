import type { InnerSettings } from './inner-maximisation.ts';
import type { MethodBuilder } from './method.ts';
import { type MixupSettings, mixup } from './mixup.ts';
import { pgdAt } from './pgd-at.ts';
import { standard } from './standard.ts';

/** Trainings without a teacher, by the name that pipelines use. */
export function trainingMethod(
  name: 'standard' | 'mixup' | 'pgd-at',
  settings: InnerSettings & MixupSettings,
): MethodBuilder {
  switch (name) {
    case 'standard':
      return standard();
    case 'mixup':
      return mixup(settings);
    case 'pgd-at':
      return pgdAt(settings);
  }
}
