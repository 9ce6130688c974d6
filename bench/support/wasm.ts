import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { eagerFunction } from '../../src/engine/eager.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { withHostState } from '../../src/engine/host-state.ts';

/** TensorFlow.js's WebAssembly backend, op by op: what a user of TensorFlow.js would take in Node without a native library. */
export async function createWasmEngine(): Promise<Engine> {
  await tf.setBackend('wasm');
  await tf.ready();
  return {
    identity: { name: 'wasm', device: 'cpu', processor: process.arch, packages: {} },
    compile: (name, fn, { fixed = {} } = {}) => eagerFunction('wasm', name, fn, fixed),
    compileStep: (name, fn, { fixed = {} } = {}) => withHostState(eagerFunction('wasm', name, fn, fixed)),
    dispose: async () => {},
  };
}
