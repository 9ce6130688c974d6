import { defineEstimate } from '../src/kind/estimate.ts';

/** It compares a few numbers: all that it takes is its start. */
export default defineEstimate({
  like: () => null,
  measure: async () => ({ seconds: 0, spent: 0, flops: 0, disk: 0 }),
});
