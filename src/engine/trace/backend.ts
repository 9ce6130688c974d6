import * as tf from '@tensorflow/tfjs';
import { blame } from '../blame.ts';
import { GraphBuilder } from './builder.ts';
import { flopsOf } from './flops.ts';
import type { DType, Value } from './graph.ts';
import { type Kernels, type Lowering, Unsupported } from './kernel.ts';

/**
 * A TensorFlow.js backend whose tensors are symbols. Each kernel adds nodes to a graph and returns symbols for its
 * results. Gradients need no special treatment, because TensorFlow.js computes them with kernels.
 */
export class TracingBackend extends tf.KernelBackend {
  builder = new GraphBuilder();
  name = '';
  readonly #values = new WeakMap<object, Value>();

  /** Makes a tensor handle of TensorFlow.js for a value. */
  handle(value: Value): tf.TensorInfo {
    const dataId = {};
    this.#values.set(dataId, value);
    return { dataId, shape: [...value.shape], dtype: value.dtype === 'bool' ? 'bool' : real(value.dtype) };
  }

  /** The value of a tensor. A tensor of another backend, made outside the function, becomes a constant. */
  value(tensor: tf.TensorInfo): Value {
    const known = this.#values.get(tensor.dataId);
    if (known !== undefined) return known;
    if (tensor instanceof tf.Variable) {
      const hint = 'Pass it as an input: otherwise the compiled graph would always use its present value.';
      throw blame('outside-variable', `${this.name}: a variable from outside the function is used`, { hint });
    }
    return this.#constant(tf.engine().readSync(tensor.dataId), tensor.shape, tensor.dtype);
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    return this.handle(this.#constant(values, shape, dtype)).dataId;
  }

  #constant(values: tf.BackendValues, shape: number[], dtype: tf.DataType): Value {
    const numbers = values as Exclude<tf.BackendValues, Uint8Array[]>;
    if (dtype === 'float32') return this.builder.constant(Float32Array.from(numbers), shape);
    if (dtype === 'int32') return this.builder.constant(Int32Array.from(numbers), shape);
    if (dtype === 'bool') return this.builder.constant(Uint8Array.from(numbers), shape);
    throw blame('unsupported-op', `${this.name}: this engine has no tensors of type ${dtype}`, {
      hint: 'Use float32, int32 or bool.',
    });
  }

  override readSync(): never {
    throw blame('traced-value-read', `${this.name}: the value of a tensor is read while it is traced`, {
      hint: 'Return it as an output, or compute with operations on tensors: while a function is compiled, its tensors have no values.',
    });
  }

  override async read(): Promise<never> {
    return this.readSync();
  }

  override disposeData(): boolean {
    return true;
  }

  override incRef(): void {}

  override refCount(): number {
    return 1;
  }

  override numDataIds(): number {
    return 0;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override dispose(): void {}
}

/**
 * Registers a tracing backend with the kernels of an engine. One for each engine is enough: tracing is synchronous.
 * @param backendName in TensorFlow.js
 */
export function registerTracing(backendName: string, kernels: Kernels): TracingBackend {
  const backend = new TracingBackend();
  tf.registerBackend(backendName, () => backend);
  for (const [kernelName, lowering] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName, backendName, kernelFunc: traced(backend, kernelName, lowering) });
  }
  return backend;
}

function traced(backend: TracingBackend, kernelName: string, lowering: Lowering): tf.KernelFunc {
  return ({ inputs, attrs = {} }) => {
    const values: Record<string, Value> = {};
    for (const [key, tensor] of Object.entries(inputs)) if (tensor) values[key] = backend.value(tensor);
    try {
      const result = lowering(backend.builder, values, attrs);
      const first = 'node' in result ? result : result[0];
      if (first)
        backend.builder.charge(
          first,
          flopsOf(kernelName, { inputs: values, attributes: attrs, result: first }),
        );
      return 'node' in result ? backend.handle(result) : result.map((value) => backend.handle(value));
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      const message = `${backend.name}: this engine has no op '${kernelName}' ${error.message}`;
      const hint = 'Use other operations, or run with --engine cpu.';
      throw blame('unsupported-op', message, { hint, op: kernelName }, error);
    }
  };
}

function real(dtype: Exclude<DType, 'bool'>): 'float32' | 'int32' {
  if (dtype === 'float32' || dtype === 'int32') return dtype;
  throw new Error(`a kernel returned ${dtype}`);
}
