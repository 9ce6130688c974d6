import { createRequire } from 'node:module';

/** A tensor that the binding holds. */
export interface TensorInfo {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** What is used of the native binding of tfjs-node (binding/tfjs_binding.cc). All calls are synchronous. */
export interface Binding {
  /** The version of TensorFlow's library. */
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
  /** Copies the elements. @returns the id of the tensor */
  createTensor(shape: readonly number[], dtype: number, data: ArrayBufferView): number;
  deleteTensor(id: number): void;
  /** A copy of the elements. */
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  /** @returns the id of a session */
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  /** @param inputs, outputs names of values, separated by commas */
  runSavedModel(session: number, ids: readonly number[], inputs: string, outputs: string): TensorInfo[];
}

/** What a process can choose only before the library is loaded. */
export interface LibrarySettings {
  /** Threads that share one operator. */
  readonly threads: number;
}

let loaded: { readonly threads: number; readonly binding: Binding } | undefined;

/**
 * Loads the binding, and with it TensorFlow's library, once in a process.
 * @param file the compiled binding
 * @throws an Error if it is loaded with another number of threads already
 */
export function loadBinding(file: string, { threads }: LibrarySettings): Binding {
  if (loaded === undefined) loaded = { threads, binding: load(file, threads) };
  if (loaded.threads === threads) return loaded.binding;
  throw new Error(
    `TensorFlow runs with ${loaded.threads} threads in this process, and cannot with ${threads}`,
  );
}

function load(file: string, threads: number): Binding {
  Object.assign(process.env, {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    TF_DETERMINISTIC_OPS: '1',
    TF_ENABLE_ONEDNN_OPTS: '1',
    // Otherwise matrices are multiplied with a mantissa of 10 bits on a GPU.
    NVIDIA_TF32_OVERRIDE: '0',
    // Otherwise the first process takes all memory of a GPU.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // Only errors: the library prints what it is compiled for at every start.
    TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2',
  });
  // The module exports what is declared here; it has no types of its own.
  return createRequire(import.meta.url)(file) as Binding;
}
