import { asFailure } from '../failure.ts';
import type { Engine, EngineIdentity, EngineSettings } from './engine.ts';
import { ENGINE_NAMES, type EngineName, engineIdentity, engineName, unavailable } from './identity.ts';

/** An engine, whether it can be used here, and why it is chosen or not. */
export interface EngineEntry {
  readonly name: EngineName;
  readonly available: boolean;
  readonly chosen: boolean;
  readonly why: string;
  readonly identity?: EngineIdentity;
}

/**
 * Makes an engine by name. TensorFlow.js and native code are loaded here and not before.
 * @throws Failure `unknown-engine`, `engine-unavailable`
 */
export async function createEngine(name: string, settings: EngineSettings): Promise<Engine> {
  const known = engineName(name);
  if (known === 'onnx') return (await loadOnnx()).createOnnxEngine(settings);
  const { createEagerEngine } = await import('./eager.ts');
  return createEagerEngine({ backend: known, ...settings });
}

/**
 * The engine of this name, or the fastest that works: `onnx`, else `tensorflow`, else `cpu`.
 * @returns the engine, and a sentence that says why it is this one
 * @throws Failure `unknown-engine`, `engine-unavailable` (if it was asked for by name)
 */
export async function chooseEngine(
  name: string | undefined,
  settings: EngineSettings,
): Promise<{ engine: Engine; why: string }> {
  if (name !== undefined) return { engine: await createEngine(name, settings), why: 'It was asked for.' };
  const entries = await listEngines();
  const chosen = entries.find((entry) => entry.chosen);
  if (chosen === undefined) throw unavailable('cpu', entries.map(({ why }) => why).join(' '));
  return { engine: await createEngine(chosen.name, settings), why: chosen.why };
}

/** All engines, fastest first; the first that works is chosen. Loads native code to find out. */
export async function listEngines(): Promise<EngineEntry[]> {
  const entries: EngineEntry[] = [];
  for (const name of ENGINE_NAMES) {
    const chosen = !entries.some((entry) => entry.available);
    try {
      await LOADERS[name]();
      const why = `${WHAT[name]}${chosen ? '; the fastest engine that works here' : ''}.`;
      entries.push({ name, available: true, chosen, why, identity: engineIdentity(name) });
    } catch (error) {
      const { message, hint } = asFailure(error);
      const why = hint === undefined ? message : `${message} ${hint}`;
      entries.push({ name, available: false, chosen: false, why });
    }
  }
  return entries;
}

const WHAT: Readonly<Record<EngineName, string>> = {
  onnx: 'Compiles functions to ONNX graphs and runs them with onnxruntime',
  tensorflow: "Runs functions op by op with TensorFlow's native library",
  cpu: 'Runs functions op by op in plain JavaScript, slowly; the reference for the others',
};

const LOADERS: Readonly<Record<EngineName, () => Promise<unknown>>> = {
  onnx: loadOnnx,
  tensorflow: async () => (await import('./tensorflow.ts')).loadTensorflow(),
  cpu: () => import('./eager.ts'),
};

async function loadOnnx(): Promise<typeof import('./onnx/engine.ts')> {
  try {
    return await import('./onnx/engine.ts');
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split('\n');
    throw unavailable('onnx', `onnxruntime-node cannot be loaded (${line})`, error);
  }
}
