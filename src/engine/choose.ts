import { asFailure } from '../failure.ts';
import type { Engine, EngineIdentity, EngineSettings } from './engine.ts';
import {
  ENGINE_NAMES,
  type EngineName,
  engineIdentity,
  engineName,
  installedEngine,
  onnxDevice,
  unavailable,
} from './identity.ts';
import { nvidiaDriver } from './processor.ts';

/** An engine, whether it can be used here, and why it is chosen or not chosen. */
export interface EngineEntry {
  readonly name: EngineName;
  readonly available: boolean;
  readonly chosen: boolean;
  readonly why: string;
  readonly identity?: EngineIdentity;
  /** The version of the NVIDIA driver, for an engine on an NVIDIA GPU. It is no part of the identity. */
  readonly driver?: string;
}

/**
 * Creates an engine by name. Only here are TensorFlow.js and native code loaded.
 * @throws Failure `unknown-engine`, `engine-unavailable`
 */
export async function createEngine(name: string, settings: EngineSettings): Promise<Engine> {
  const known = engineName(name);
  if (known === 'cpu') return (await import('./eager.ts')).createCpuEngine();
  if (known === 'tensorflow') return (await loadTensorflow()).createTensorflowEngine(settings);
  const { createOnnxEngine } = await loadOnnx(known);
  return createOnnxEngine(settings, { device: onnxDevice(known) });
}

/**
 * Lists all engines. Loads native code and looks for GPUs to find out which work.
 * @param wanted the engine that is chosen; default: `installedEngine`
 */
export async function listEngines(wanted?: EngineName): Promise<EngineEntry[]> {
  const entries: EngineEntry[] = [];
  for (const name of ENGINE_NAMES) {
    const isFirst = !entries.some((entry) => entry.available);
    try {
      await LOADERS[name]();
      const chosen = name === (wanted ?? installedEngine());
      const why = `${WHAT[name]}${isFirst ? '; the fastest engine that works here' : ''}.`;
      const identity = engineIdentity(name);
      const driver = identity.device === 'cuda' ? nvidiaDriver() : undefined;
      entries.push({
        ...{ name, available: true, chosen, why, identity },
        ...(driver !== undefined && { driver }),
      });
    } catch (error) {
      const { message, hint } = asFailure(error);
      const why = hint === undefined ? message : `${message} ${hint}`;
      entries.push({ name, available: false, chosen: false, why });
    }
  }
  return entries;
}

type OnnxName = Parameters<typeof onnxDevice>[0];

const WHAT: Readonly<Record<EngineName, string>> = {
  onnx: 'Compiles functions to ONNX graphs and runs them with onnxruntime',
  'onnx-cuda': 'Runs the graphs on an NVIDIA GPU',
  'onnx-webgpu': 'Runs the graphs on any GPU',
  tensorflow: "Compiles functions to TensorFlow graphs and runs them with TensorFlow's native library",
  cpu: 'Runs functions op by op in plain JavaScript, slowly; the reference for the others',
};

const LOADERS: Readonly<Record<EngineName, () => Promise<unknown>>> = {
  onnx: () => loadOnnx('onnx'),
  'onnx-cuda': () => loadOnnx('onnx-cuda'),
  'onnx-webgpu': () => loadOnnx('onnx-webgpu'),
  tensorflow: async () => (await loadTensorflow()).tryDevice(),
  cpu: () => import('./eager.ts'),
};

async function loadTensorflow(): Promise<typeof import('./tensorflow/engine.ts')> {
  // Fails with a clear message if the library is not installed.
  engineIdentity('tensorflow');
  return import('./tensorflow/engine.ts');
}

/** Loads onnxruntime and runs a first graph on the device. */
async function loadOnnx(name: OnnxName): Promise<typeof import('./onnx/engine.ts')> {
  // Fails with a clear message if the device library is not installed, before onnxruntime prints its own.
  engineIdentity(name);
  let onnx: typeof import('./onnx/engine.ts');
  try {
    onnx = await import('./onnx/engine.ts');
  } catch (error) {
    throw unavailable(name, `onnxruntime-node cannot be loaded (${firstLine(error)})`, { cause: error });
  }
  try {
    const { tryDevice } = await import('./onnx/device.ts');
    await tryDevice(onnxDevice(name));
  } catch (error) {
    throw unavailable(name, `its device does not pass a first test (${firstLine(error)})`, { cause: error });
  }
  return onnx;
}

function firstLine(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  // Assertions of onnxruntime begin with the source position and the condition; drop these.
  return line.replace(/^.* was false\. /, '');
}
