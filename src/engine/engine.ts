import type { Tensor } from '@tensorflow/tfjs';

/** A tensor in host memory, row-major. The class of `data` is its type: Float32Array is float32, Int32Array is int32. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Tensors by name: parameters, state, a batch, results. */
export type Tensors = Readonly<Record<string, HostTensor>>;

/**
 * A pure function of named tensors, in TensorFlow.js ops. It may use `tf.grads`, `tf.variableGrads` and custom
 * gradients. It must not read a value (`dataSync`), keep a tensor, or draw random numbers: pass these as tensors.
 */
export type TensorFunction = (inputs: Readonly<Record<string, Tensor>>) => Record<string, Tensor>;

/**
 * Everything about an engine that can change the bytes of a result. Part of the fingerprint of each cell that uses
 * it.
 */
export interface EngineIdentity {
  readonly name: string;
  /** The device: `cpu`, `webgpu` or `cuda`. */
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

/** A function that is ready to run. Shapes may differ from call to call; each new set of shapes is compiled once. */
export interface CompiledFunction {
  /**
   * Runs the function. Inputs are not changed; outputs are new arrays.
   * @throws Failure `unsupported-op` if the engine lacks an op, naming the op and the line of user code
   */
  run(inputs: Tensors): Promise<Tensors>;
  /**
   * Floating point operations of one run with inputs of these shapes. Counts convolutions and matrix products; a
   * multiplication with its addition counts as 2, and each needed value is computed once. All engines give the same
   * number.
   * @throws Failure `unsupported-op` if the function has an op that the compiled engine lacks
   */
  flops(inputs: Tensors): Promise<number>;
  dispose(): Promise<void>;
}

/**
 * A function of which some inputs are also outputs, such as the weights in training. These are its state, which the
 * engine keeps from run to run, on its device if it can.
 */
export interface CompiledStep extends CompiledFunction {
  /** Sets the state: all of its tensors, by name. Must be called before the first run; the arrays must not change. */
  set(state: Tensors): Promise<void>;
  /** Runs the function on the state and further inputs, and changes the state. @returns the other outputs */
  run(inputs: Tensors): Promise<Tensors>;
  /** The present state. @param names of the tensors that are wanted; default: all */
  get(names?: readonly string[]): Promise<Tensors>;
}

/** The cost of compiling so far. */
export type CompileCost = {
  readonly graphs: number;
  /** Time for tracing, passes and creating sessions. */
  readonly seconds: number;
};

export interface Engine {
  readonly identity: EngineIdentity;
  /** The number of its threads, if results depend on it. Otherwise unknown, so that nothing can depend on it. */
  readonly threads?: number | undefined;
  /** @param name for messages and reports, such as `attack/pgd-step` */
  compile(name: string, fn: TensorFunction, options?: CompileOptions): CompiledFunction;
  /** The same for a function with a state. */
  compileStep(name: string, fn: TensorFunction, options?: CompileOptions): CompiledStep;
  /** Only for engines that compile; engines that run op by op do not have it. */
  compileCost?(): CompileCost;
  dispose(): Promise<void>;
}

/** Settings that change the speed of an engine, but never its results. */
export interface EngineSettings {
  /** Threads that one cell may use. */
  readonly threads: number;
}
