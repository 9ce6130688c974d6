import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';

export default defineKind({
  description:
    'Counts what a model costs: parameters, FLOPs of one image forward, and, of models that were trained here, FLOPs and gradient passes of an epoch. A pass is one taking of gradients: trades, mart and rslad go back through clean and attacked images in one, which the FLOPs show.',
  parameters: Type.Object({}),
  inputs: { model: { type: 'model', description: 'the model' } },
  output: 'results',
  usesEngine: true,
  async run(context) {
    const { costCell } = await import('../src/cells/cost.ts');
    await costCell(context);
  },
});
