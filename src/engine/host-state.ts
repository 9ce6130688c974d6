import type { CompiledFunction, CompiledStep, Tensors } from './engine.ts';
import { pickTensors } from './host.ts';

/** A step whose state is kept in host memory: an input and an output of each run. */
export function withHostState(compiled: CompiledFunction): CompiledStep {
  let state: Tensors = {};
  return {
    set: async (given) => {
      state = given;
    },
    run: async (inputs) => {
      const outputs = await compiled.run({ ...state, ...inputs });
      const next = Object.entries(outputs).filter(([name]) => name in state);
      const others = Object.entries(outputs).filter(([name]) => !(name in state));
      state = { ...state, ...Object.fromEntries(next) };
      return Object.fromEntries(others);
    },
    get: async (names = Object.keys(state)) => pickTensors(state, names),
    flops: (inputs) => compiled.flops({ ...state, ...inputs }),
    dispose: () => compiled.dispose(),
  };
}
