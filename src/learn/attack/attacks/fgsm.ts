import { Type } from '@sinclair/typebox';
import { epsilon } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';

export const fgsmAttack = declareAttack({
  description: 'One step along the sign of the gradient: FGSM (Goodfellow et al. 2015).',
  parameters: Type.Object({ epsilon }),
  search: 'one-step',
  climbs: 'cross-entropy',
  build: async (settings) => (await import('../fgsm.ts')).fgsm(settings),
});
