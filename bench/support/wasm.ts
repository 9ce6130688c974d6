import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../src/engine/engine.ts';
import { dtypeOf, hostArray } from '../../src/engine/host.ts';
import { onBackend } from '../../src/engine/tfjs.ts';

/** TensorFlow.js's WebAssembly backend, op by op: what a user of TensorFlow.js would take in Node without a native library. */
export async function createWasmEngine(): Promise<Engine> {
  await tf.setBackend('wasm');
  await tf.ready();
  return {
    identity: { name: 'wasm', device: 'cpu', packages: {} },
    compile: (_, fn, { fixed = {} } = {}) => ({
      run: async (given) => {
        const results: [string, { shape: number[]; data: Float32Array | Int32Array }][] = [];
        onBackend('wasm', () => {
          const inputs = Object.entries({ ...fixed, ...given }).map(([key, tensor]) => [
            key,
            tf.tensor(tensor.data, [...tensor.shape], dtypeOf(tensor)),
          ]);
          for (const [key, output] of Object.entries(fn(Object.fromEntries(inputs)))) {
            results.push([key, { shape: output.shape, data: hostArray(output.dataSync(), output.dtype) }]);
          }
        });
        return Object.fromEntries(results);
      },
      dispose: async () => {},
    }),
    dispose: async () => {},
  };
}
