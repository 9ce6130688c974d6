import * as tf from '@tensorflow/tfjs';
import { explain, withDeepStacks } from '../blame.ts';
import type { TensorFunction, Tensors } from '../engine.ts';
import { onBackend } from '../tfjs.ts';
import { registerTracing } from './backend.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph, Value } from './graph.ts';
import type { Kernels } from './kernel.ts';

/** Shape and type of an input. */
export interface InputType {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

export type InputTypes = Readonly<Record<string, InputType>>;

/** A graph with the floating point operations of its convolutions and matrix products (see `flops.ts`). */
export interface Traced extends Graph {
  readonly flops: number;
}

/**
 * Runs a tensor function once on symbols and returns the graph of what it computed, including gradients.
 * @param inputs types of the inputs of each run
 * @param fixed inputs that never change; constants of the graph
 * @throws Failure `unsupported-op`, `traced-value-read`, `no-gradient`, `outside-variable`
 */
export type Trace = (name: string, fn: TensorFunction, inputs: InputTypes, fixed?: Tensors) => Traced;

/**
 * Makes the function that traces with the kernels of an engine.
 * @param backendName of the tracing backend in TensorFlow.js
 */
export function tracer(backendName: string, kernels: Kernels): Trace {
  const backend = registerTracing(backendName, kernels);
  return (name, fn, inputs, fixed = {}) => {
    const builder = new GraphBuilder();
    const outputs: Record<string, Value> = {};
    backend.builder = builder;
    backend.name = name;
    const tensor = (value: Value) => tf.engine().makeTensorFromTensorInfo(backend.handle(value), backend);
    withDeepStacks(() =>
      onBackend(backendName, () => {
        const tensors: Record<string, tf.Tensor> = {};
        for (const [key, { data, shape }] of Object.entries(fixed)) {
          tensors[key] = tensor(builder.constant(data, shape));
        }
        for (const [key, { shape, dtype }] of Object.entries(inputs)) {
          tensors[key] = tensor(builder.input(key, shape, dtype));
        }
        try {
          for (const [key, output] of Object.entries(fn(tensors))) outputs[key] = backend.value(output);
        } catch (error) {
          throw explain(name, error);
        }
      }),
    );
    return { outputs, flops: builder.flopsOf(Object.values(outputs)) };
  };
}
