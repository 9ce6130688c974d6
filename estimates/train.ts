import { defineEstimate, type KindParameters } from '../src/kind/estimate.ts';
import { expectedData } from '../src/learn/data/expected.ts';
import { costParameters } from '../src/learn/estimate/like-training.ts';
import { trainingMethod } from '../src/learn/train/methods.ts';
import type kind from '../stages/train.ts';

export default defineEstimate<KindParameters<typeof kind>>({
  usesEngine: true,
  like: ({ parameters, needs }, places) => ({
    parameters: costParameters(parameters),
    data: { ...expectedData(needs.data, places) },
  }),
  async measure(asked, context) {
    const { trainingCost } = await import('../src/cells/training-cost.ts');
    const { awp } = await import('../src/learn/train/weight-perturbation.ts');
    const { parameters } = asked;
    return trainingCost(asked, context, awp(await trainingMethod(parameters), { gamma: parameters.awp }));
  },
});
