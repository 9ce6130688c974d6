import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';

export default defineKind({
  description:
    'Counts the cost of a model: its parameters, the FLOPs of a forward pass of one image and, for models trained by retable, the FLOPs and gradient passes of an epoch. A gradient pass is one computation of gradients. In trades, mart and rslad one pass covers both clean and adversarial images; the FLOPs count both.',
  parameters: Type.Object({}),
  inputs: { model: { type: 'model', description: 'the model' } },
  output: 'results',
  values: {
    parameters: { part: 'none', description: 'Number of trainable parameters of the model.' },
    'forward-gflops': { part: 'none', description: '10⁹ FLOPs to classify one image.' },
    'epoch-gflops': {
      part: 'none',
      description: '10⁹ FLOPs of one epoch of its training. Only if it was counted.',
    },
    'gradient-passes': { part: 'none', description: 'That of the training. Only if it was counted.' },
  },
  usesEngine: true,
  async run(context) {
    const { costCell } = await import('../src/cells/cost.ts');
    await costCell(context);
  },
});
