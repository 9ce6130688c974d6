import { Type } from '@sinclair/typebox';
import { epsilon, steps, targets } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';

export const fabTAttack = declareAttack({
  description:
    'The nearest misclassified image, towards one class after another, if it is within epsilon: targeted FAB (Croce and Hein 2020). Defaults: AutoAttack.',
  parameters: Type.Object({ epsilon, steps: steps(100), targets }),
  search: 'nearest',
  climbs: 'margin',
  build: async (settings) => (await import('../fab.ts')).targetedFab(settings),
});

export const deepfoolAttack = declareAttack({
  description:
    'The nearest misclassified image of the model taken as linear, if it is within epsilon: DeepFool (Moosavi-Dezfooli et al. 2016).',
  parameters: Type.Object({ epsilon, steps: steps(50), targets }),
  search: 'nearest',
  climbs: 'margin',
  build: async (settings) => (await import('../deepfool.ts')).deepfool(settings),
});
