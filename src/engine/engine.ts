import type { Tensor } from '@tensorflow/tfjs';

/** A tensor in host memory, row-major. The class of `data` is its type: Float32Array is float32, Int32Array is int32. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Tensors by name: parameters, state, a batch, results. */
export type Tensors = Readonly<Record<string, HostTensor>>;

/**
 * A pure function in TensorFlow.js ops, on named tensors. It may use `tf.grads`, `tf.variableGrads` and custom gradients.
 * It must not read a value (`dataSync`), keep a tensor, or draw a random number: randomness comes in as a tensor.
 */
export type TensorFunction = (inputs: Readonly<Record<string, Tensor>>) => Record<string, Tensor>;

/** What of an engine can change the bytes of a result; part of the fingerprint of each cell that uses it. */
export interface EngineIdentity {
  readonly name: string;
  /** Where it computes: `cpu`, `webgpu`, `cuda`. */
  readonly device: string;
  /** The kind of processor or GPU, as far as the bits of results depend on it. */
  readonly processor: string;
  /** Versions of the packages whose kernels compute. */
  readonly packages: Readonly<Record<string, string>>;
}

export interface CompileOptions {
  /** Inputs whose values never change, such as the weights of an attacked model; an engine may fold them. */
  readonly fixed?: Tensors;
}

/** A function made ready to run. Shapes may differ from call to call; each new set of shapes is compiled once. */
export interface CompiledFunction {
  /**
   * Runs the function. Inputs are not changed; outputs are new arrays.
   * @throws Failure `unsupported-op` if the engine lacks an op, naming the op and the line of user code
   */
  run(inputs: Tensors): Promise<Tensors>;
  /**
   * Floating point operations of one run with inputs of these shapes: those of its convolutions and matrix products, a
   * multiplication and its addition being 2, each value that is needed being computed once. All engines give the same.
   * @throws Failure `unsupported-op` if it has an op that the compiled engine lacks
   */
  flops(inputs: Tensors): Promise<number>;
  dispose(): Promise<void>;
}

/** What compiling has cost an engine so far. */
export type CompileCost = {
  readonly graphs: number;
  /** Of tracing, passes and sessions together. */
  readonly seconds: number;
};

export interface Engine {
  readonly identity: EngineIdentity;
  /** @param name for messages and reports, such as `attack/pgd-step` */
  compile(name: string, fn: TensorFunction, options?: CompileOptions): CompiledFunction;
  /** For engines that compile: those that run op by op have none. */
  compileCost?(): CompileCost;
  dispose(): Promise<void>;
}

/** Settings that change how fast an engine is, never what it computes. */
export interface EngineSettings {
  /** Threads that one cell may use. */
  readonly threads: number;
}
