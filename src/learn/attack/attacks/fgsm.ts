import { Type } from '@sinclair/typebox';
import { epsilon } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';

export const fgsmAttack = declareAttack({
  description: 'FGSM (Goodfellow et al. 2015): one step along the sign of the gradient.',
  parameters: Type.Object({ epsilon }),
  search: 'one-step',
  climbs: 'cross-entropy',
  build: async (settings) => (await import('../fgsm.ts')).fgsm(settings),
});
