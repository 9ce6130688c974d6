import type { Engine, EngineSettings } from '../engine.ts';
import { engineIdentity, unavailable } from '../identity.ts';
import { compilingEngine } from '../trace/compiling-engine.ts';
import { type Binding, loadBinding } from './binding.ts';
import { firstTest } from './device.ts';
import { bindingFile } from './installation.ts';
import { optimise } from './passes/optimise.ts';
import { prepare } from './session.ts';
import { trace } from './trace.ts';

/**
 * The engine that compiles to TensorFlow graphs. For each set of input shapes, a function and its gradients are
 * traced to one graph, which a session of TensorFlow's native library runs. Results depend on the number of threads.
 * @throws Failure `engine-unavailable`
 */
export function createTensorflowEngine({ threads }: EngineSettings): Engine {
  const identity = engineIdentity('tensorflow');
  const binding = load(threads);
  if (identity.device === 'cuda' && !binding.isUsingGpuDevice()) {
    throw unavailable('tensorflow', 'TensorFlow finds no NVIDIA GPU, or not its driver');
  }
  return compilingEngine({
    identity,
    trace,
    prepare: async (graph) => prepare(binding, optimise(graph)),
  });
}

/**
 * Computes on the device and compares.
 * @throws Failure `engine-unavailable`
 */
export async function tryDevice(): Promise<void> {
  const engine = createTensorflowEngine({ threads: 1 });
  try {
    await firstTest(engine);
  } catch (error) {
    throw unavailable('tensorflow', `its device does not pass a first test (${lineOf(error)})`, error);
  } finally {
    await engine.dispose();
  }
}

function load(threads: number): Binding {
  try {
    return loadBinding(bindingFile(), { threads });
  } catch (error) {
    throw unavailable('tensorflow', `its library cannot be loaded (${lineOf(error)})`, error);
  }
}

function lineOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
