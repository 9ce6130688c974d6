import { Failure } from '../../failure.ts';
import type { Engine, EngineSettings } from '../engine.ts';
import { engineIdentity, unavailable } from '../identity.ts';
import { nvidiaDriver } from '../processor.ts';
import { compilingEngine } from '../trace/compiling-engine.ts';
import { type Binding, loadBinding } from './binding.ts';
import { firstTest } from './device.ts';
import { bindingFile, readInstallation, reinstall } from './installation.ts';
import { optimise } from './passes/optimise.ts';
import { prepare } from './prepare.ts';
import { trace } from './trace.ts';

/**
 * The engine that compiles to TensorFlow graphs. For each set of input shapes, a function and its gradients are
 * traced to one graph, which a session of TensorFlow's native library runs. Results depend on the number of threads.
 * @throws Failure `engine-unavailable`, `gpu-missing`
 */
export function createTensorflowEngine({ threads }: EngineSettings): Engine {
  const identity = engineIdentity('tensorflow');
  const binding = load(threads);
  if (identity.device === 'cuda' && !binding.isUsingGpuDevice()) throw gpuMissing(nvidiaDriver());
  return compilingEngine({
    identity,
    threads,
    trace,
    prepare: async (graph) => prepare(binding, optimise(graph)),
    prepareStep: async (graph, state) => prepare(binding, optimise(graph), state),
  });
}

/**
 * Computes on the device and compares.
 * @throws Failure `engine-unavailable`, `gpu-missing`
 */
export async function tryDevice(): Promise<void> {
  const engine = createTensorflowEngine({ threads: 1 });
  try {
    await firstTest(engine);
  } catch (error) {
    throw unavailable('tensorflow', `its device does not pass a first test (${lineOf(error)})`, {
      cause: error,
      hint: reinstall(readInstallation()?.device),
    });
  } finally {
    await engine.dispose();
  }
}

function load(threads: number): Binding {
  try {
    return loadBinding(bindingFile(), { threads });
  } catch (error) {
    throw unavailable('tensorflow', `its library cannot be loaded (${lineOf(error)})`, {
      cause: error,
      hint: reinstall(readInstallation()?.device),
    });
  }
}

/** @param driver its version, if there is one */
function gpuMissing(driver: string | undefined): Failure {
  const [why, hint] =
    driver === undefined
      ? [
          'this machine has no NVIDIA driver',
          'Use a machine with an NVIDIA GPU, or install the build for processors: retable engines install tensorflow --replace',
        ]
      : [
          `TensorFlow finds no GPU through the NVIDIA driver ${driver}`,
          'CUDA 12 needs driver 525.60.13 or later, and CUDA_VISIBLE_DEVICES must not hide the GPU. TensorFlow tells more with: TF_CPP_MIN_LOG_LEVEL=0 retable engines',
        ];
  return new Failure(
    'gpu-missing',
    `The engine 'tensorflow' cannot be used: it is installed for NVIDIA GPUs, and ${why}.`,
    { hint },
  );
}

function lineOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
