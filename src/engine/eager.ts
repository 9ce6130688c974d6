import * as tf from '@tensorflow/tfjs';
import { explain, withDeepStacks } from './blame.ts';
import type { CompiledFunction, Engine, HostTensor, TensorFunction, Tensors } from './engine.ts';
import { checkTensors, dtypeOf, hostArray, typesOf } from './host.ts';
import { withHostState } from './host-state.ts';
import { engineIdentity } from './identity.ts';
import { onBackend } from './tfjs.ts';

/** The engine that runs functions op by op in plain JavaScript: slow, and the reference for all others. */
export function createCpuEngine(): Engine {
  return {
    identity: engineIdentity('cpu'),
    compile: (name, fn, { fixed = {} } = {}) => eagerFunction('cpu', name, fn, fixed),
    compileStep: (name, fn, { fixed = {} } = {}) => withHostState(eagerFunction('cpu', name, fn, fixed)),
    dispose: async () => {},
  };
}

/** A function that runs op by op on a registered TensorFlow.js backend. */
export function eagerFunction(
  backend: string,
  name: string,
  fn: TensorFunction,
  fixed: Tensors,
): CompiledFunction {
  checkTensors(name, fixed);
  return {
    run: async (given) => {
      checkTensors(name, given);
      const results: Record<string, HostTensor> = {};
      withDeepStacks(() =>
        onBackend(backend, () => {
          const inputs = Object.entries({ ...fixed, ...given }).map(([key, tensor]) => [key, upload(tensor)]);
          for (const [key, output] of Object.entries(call(name, fn, Object.fromEntries(inputs)))) {
            results[key] = { shape: output.shape, data: hostArray(output.dataSync(), output.dtype) };
          }
        }),
      );
      return results;
    },
    flops: async (given) => {
      // Tracing computes nothing. It is loaded only when FLOPs are counted.
      const { trace } = await import('./onnx/trace.ts');
      return trace(name, fn, typesOf(given), fixed).flops;
    },
    dispose: async () => {},
  };
}

function upload(tensor: HostTensor): tf.Tensor {
  return tf.tensor(tensor.data, [...tensor.shape], dtypeOf(tensor));
}

function call(
  name: string,
  fn: TensorFunction,
  inputs: Record<string, tf.Tensor>,
): Record<string, tf.Tensor> {
  try {
    return fn(inputs);
  } catch (error) {
    throw explain(name, error);
  }
}
