import type { Engine } from '../../engine/engine.ts';
import type { Model } from '../model/model.ts';
import { type InnerSettings, innerMaximisation } from './inner-maximisation.ts';
import type { Method } from './method.ts';

type RobustValidation = Required<Pick<Method, 'prepareValidation' | 'dispose'>>;

/**
 * Validation of robust methods: PGD on the cross entropy from a uniform start, against the model in `eval` mode.
 * Epsilon and steps are those of the method's own attack; its objective and start are not used.
 */
export function robustValidation(engine: Engine, model: Model, settings: InnerSettings): RobustValidation {
  const attack = innerMaximisation(engine, model, { ...settings, noise: 'uniform', batchNorm: 'eval' });
  return {
    prepareValidation: async (batch, { weights, random }) => ({
      ...batch,
      images: await attack.run(await weights(), batch, random('inner-maximisation')),
    }),
    dispose: () => attack.dispose(),
  };
}
