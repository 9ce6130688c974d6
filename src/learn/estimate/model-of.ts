import type { Model } from '../model/model.ts';
import { createModel, type ModelSettings } from '../model/models.ts';
import type { ExpectedModel } from './expected-model.ts';

/** The network of an expected model. */
export function modelOf({ net, ...settings }: ExpectedModel, more: Partial<ModelSettings> = {}): Model {
  return createModel(net, { ...settings, ...more });
}
