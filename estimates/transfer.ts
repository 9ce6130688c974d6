import { defineEstimate, type KindParameters } from '../src/kind/estimate.ts';
import { expectedData } from '../src/learn/data/expected.ts';
import { expectedModel } from '../src/learn/estimate/expected-model.ts';
import { costParameters } from '../src/learn/estimate/like-training.ts';
import { transferMethod } from '../src/learn/transfer/methods.ts';
import type kind from '../stages/transfer.ts';

export default defineEstimate<KindParameters<typeof kind>>({
  usesEngine: true,
  like: ({ parameters, needs }, places) => ({
    parameters: costParameters(parameters),
    data: { ...expectedData(needs.data, places) },
    teacher: { ...expectedModel(needs.teacher, places) },
  }),
  async measure(asked, context) {
    const { trainingCost } = await import('../src/cells/training-cost.ts');
    const { modelOf } = await import('../src/learn/estimate/model-of.ts');
    const { initialise } = await import('../src/learn/model/init.ts');
    const { parameters, needs } = asked;
    const taps = { tapBeforeRelu: 'tap-before-relu' in parameters && parameters['tap-before-relu'] };
    const model = modelOf(expectedModel(needs.teacher, context.places), taps);
    // Another seed than that of the student.
    const teacher = { model, weights: initialise([...model.parameters, ...model.state], 1) };
    return trainingCost(asked, context, await transferMethod(teacher, parameters), taps);
  },
});
