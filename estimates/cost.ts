import { defineEstimate } from '../src/kind/estimate.ts';
import { expectedModel } from '../src/learn/estimate/expected-model.ts';

/** It only counts: all that it takes is its start. */
export default defineEstimate({
  usesEngine: true,
  like: ({ needs }, places) => ({ ...expectedModel(needs.model, places) }),
  async measure({ needs }, { engine, places }) {
    const { forwardFlops } = await import('../src/learn/diagnose/forward-flops.ts');
    const { modelOf } = await import('../src/learn/estimate/model-of.ts');
    const { initialise } = await import('../src/learn/model/init.ts');
    const model = modelOf(expectedModel(needs.model, places));
    await forwardFlops(await engine(), model, initialise([...model.parameters, ...model.state], 0));
    return { seconds: 0, spent: 0, flops: 0, disk: 0 };
  },
});
