import { type Choices, withChoices } from './choices.ts';
import { type FastAtSettings, fastAt, fastAtDefaults } from './fast-at.ts';
import { type FreeAtSettings, freeAt, freeAtDefaults } from './free-at.ts';
import type { InnerSettings } from './inner-maximisation.ts';
import { type MartSettings, mart, martDefaults } from './mart.ts';
import type { MethodBuilder } from './method.ts';
import { type MixupSettings, mixup, mixupDefaults } from './mixup.ts';
import { pgdAt, pgdAtDefaults } from './pgd-at.ts';
import { standard } from './standard.ts';
import { type TradesSettings, trades, tradesDefaults } from './trades.ts';

export type TrainingMethod = 'standard' | 'mixup' | 'pgd-at' | 'trades' | 'mart' | 'fast-at' | 'free-at';

export type TrainingChoices = Choices<
  InnerSettings & MixupSettings & TradesSettings & MartSettings & FastAtSettings & FreeAtSettings
>;

/** Trainings without a teacher, by the name that pipelines use. What is not chosen is the method's default. */
export function trainingMethod(name: TrainingMethod, choices: TrainingChoices): MethodBuilder {
  switch (name) {
    case 'standard':
      return standard();
    case 'mixup':
      return mixup(withChoices(mixupDefaults, choices));
    case 'pgd-at':
      return pgdAt(withChoices(pgdAtDefaults, choices));
    case 'trades':
      return trades(withChoices(tradesDefaults, choices));
    case 'mart':
      return mart(withChoices(martDefaults, choices));
    case 'fast-at':
      return fastAt(withChoices(fastAtDefaults, choices));
    case 'free-at':
      return freeAt(withChoices(freeAtDefaults, choices));
  }
}
