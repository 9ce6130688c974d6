import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { HostTensor, Tensors } from '../engine.ts';
import { hostArray, sizeOf } from '../host.ts';
import type { OnnxDevice } from '../identity.ts';
import { type Graph, liveNodes, type Node, type Value } from '../trace/graph.ts';
import type { RunnableGraph } from '../trace/graph-cache.ts';
import { encodeModel, nodeName, valueName } from './encode.ts';
import { MOST_THREADS } from './passes/steady.ts';
import { isLeftToProcessor, WEBGPU_LAYOUT } from './webgpu.ts';

/**
 * How long a thread without work waits for the next operator before it sleeps, in microseconds. The operators of small
 * networks follow each other faster than a thread wakes up, so threads that sleep at once make them slower. Threads
 * that spin as long as onnxruntime does by default take the processor from threads with work if other programs run.
 */
const SPIN_US = '20';

export interface SessionSettings {
  readonly threads: number;
  readonly device: OnnxDevice;
  /** Prefix of the file to which onnxruntime writes the time of each operator when the session is released. */
  readonly profile?: string | undefined;
}

/** Creates an onnxruntime session for a graph. Outputs that are inputs or constants are returned without running it. */
export async function prepare(graph: Graph, settings: SessionSettings): Promise<RunnableGraph> {
  // Otherwise matrices are multiplied with a mantissa of 10 bits. CUDA libraries read this variable when they are
  // loaded.
  if (settings.device === 'cuda') process.env.NVIDIA_TF32_OVERRIDE ??= '0';
  const computed = new Set(Object.values(graph.outputs).filter((value) => !isGiven(value)));
  const outputs = [...computed];
  const nodes = liveNodes(outputs);
  const inputs = nodes.flatMap((node) => (node.op === 'Input' ? node.outputs : []));
  const session =
    outputs.length === 0
      ? undefined
      : await InferenceSession.create(encodeModel(outputs), sessionOptions(nodes, settings));
  return {
    run: async (given) => {
      const results = session ? await session.run(feeds(inputs, given), fetches(outputs)) : {};
      const handed = new Set<Value>();
      return Object.fromEntries(
        Object.entries(graph.outputs).map(([key, value]) => {
          const fresh = computed.has(value) && !handed.has(value);
          handed.add(value);
          return [key, result(value, results, given, fresh)];
        }),
      );
    },
    release: async () => session?.release(),
  };
}

function sessionOptions(
  nodes: readonly Node[],
  { threads, device, profile }: SessionSettings,
): InferenceSession.SessionOptions {
  return {
    executionProviders: providers(nodes, device),
    intraOpNumThreads: Math.min(threads, MOST_THREADS),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableMemPattern: false,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
    extra: { session: { intra_op: { allow_spinning: '1', spin_duration_us: SPIN_US } } },
  };
}

/** The CPU computes operators that the GPU has no kernel for. */
function providers(nodes: readonly Node[], device: OnnxDevice): InferenceSession.ExecutionProviderConfig[] {
  if (device === 'cpu') return ['cpu'];
  if (device === 'cuda') return ['cuda', 'cpu'];
  const forceCpuNodeNames = nodes.filter(isLeftToProcessor).map(nodeName);
  // onnxruntime rejects an empty list.
  const forced = forceCpuNodeNames.length > 0 && { forceCpuNodeNames };
  return [{ name: 'webgpu', preferredLayout: WEBGPU_LAYOUT, ...forced }, 'cpu'];
}

function isGiven({ node }: Value): boolean {
  return node.op === 'Input' || node.op === 'Constant';
}

function feeds(inputs: readonly Value[], given: Tensors): Record<string, Tensor> {
  return Object.fromEntries(
    inputs.map((value) => {
      const { data, shape } = named(given, value);
      const type = data instanceof Float32Array ? 'float32' : 'int32';
      return [valueName(value), new Tensor(type, data, shape)];
    }),
  );
}

/** Preallocated tensors for the outputs, which save onnxruntime a copy. */
function fetches(outputs: readonly Value[]): Record<string, Tensor> {
  return Object.fromEntries(outputs.map((value) => [valueName(value), empty(value)]));
}

function empty({ dtype, shape }: Value): Tensor {
  const size = sizeOf(shape);
  if (dtype === 'float32') return new Tensor(dtype, new Float32Array(size), shape);
  if (dtype === 'int32') return new Tensor(dtype, new Int32Array(size), shape);
  return new Tensor('bool', new Uint8Array(size), shape);
}

/** @param fresh true if nothing else holds the array, so that it need not be copied */
function result(
  value: Value,
  results: InferenceSession.OnnxValueMapType,
  given: Tensors,
  fresh: boolean,
): HostTensor {
  const { shape, dtype, node } = value;
  if (node.op === 'Input') return { shape, data: named(given, value).data.slice() };
  const data = node.data ?? results[valueName(value)]?.data;
  if (data instanceof Float32Array || data instanceof Int32Array) {
    return { shape, data: fresh ? data : data.slice() };
  }
  if (data instanceof Uint8Array) return { shape, data: hostArray(data, dtype) };
  throw new Error(`onnxruntime gave no ${dtype} output`);
}

function named(given: Tensors, { node }: Value): HostTensor {
  const tensor = given[String(node.attributes.name)];
  if (tensor === undefined) throw new Error(`no input '${node.attributes.name}'`);
  return tensor;
}
