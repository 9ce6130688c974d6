import { Type } from '@sinclair/typebox';
import { epsilon, steps, targets } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';

export const fabTAttack = declareAttack({
  description:
    'Targeted FAB (Croce and Hein 2020): searches for the nearest misclassified image, for one target class after another; it succeeds if the image is within epsilon. Defaults: AutoAttack.',
  parameters: Type.Object({ epsilon, steps: steps(100), targets }),
  search: 'nearest',
  climbs: 'margin',
  build: async (settings) => (await import('../fab.ts')).targetedFab(settings),
});

export const deepfoolAttack = declareAttack({
  description:
    'DeepFool (Moosavi-Dezfooli et al. 2016): searches for the nearest misclassified image by treating the model as linear; it succeeds if the image is within epsilon.',
  parameters: Type.Object({ epsilon, steps: steps(50), targets }),
  search: 'nearest',
  climbs: 'margin',
  build: async (settings) => (await import('../deepfool.ts')).deepfool(settings),
});
