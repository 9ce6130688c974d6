import { join } from 'node:path';
import type { EngineIdentity } from '../engine/engine.ts';
import { engineIdentity } from '../engine/identity.ts';
import { loadCode } from './code.ts';
import type { BundleFolder } from './executable.ts';
import type { EngineKey } from './fingerprint.ts';

/** An engine, as the planner and the cell process need it. */
export interface LoadedEngine {
  readonly identity: EngineIdentity;
  readonly key: EngineKey;
  /** The module that a cell process imports; it exports `createEngine`. */
  readonly module: string;
}

/** For each engine, the module whose import graph is part of the key. */
const ENTRIES: Readonly<Record<string, string>> = {
  onnx: 'src/engine/onnx/engine.ts',
  'onnx-cuda': 'src/engine/onnx/engine.ts',
  'onnx-webgpu': 'src/engine/onnx/engine.ts',
  tensorflow: 'src/engine/tensorflow/engine.ts',
  cpu: 'src/engine/eager.ts',
};

/**
 * @param name the engine; default: the fastest that is installed
 * @param home retable's own folder
 * @throws Failure `unknown-engine`, `engine-unavailable`
 */
export async function loadEngine(
  name: string | undefined,
  home: string,
  store: BundleFolder,
): Promise<LoadedEngine> {
  const identity = engineIdentity(name);
  const entry = ENTRIES[identity.name];
  if (entry === undefined) throw new Error(`engine ${identity.name} has no entry`);
  const { module, graph } = await loadCode({
    file: join(home, 'src/engine/choose.ts'),
    counted: join(home, entry),
    root: home,
    fallback: store,
  });
  const { device, processor, packages } = identity;
  // Including helper packages, such as the one that encodes the graph.
  const all = { ...graph.packages, ...packages };
  const key = { name: identity.name, device, processor, packages: all, code: graph.digest };
  return { identity, key, module };
}

/** Engines whose last bits depend on the number of their threads. */
const COUNTS_THREADS: ReadonlySet<string> = new Set(['tensorflow']);

const keys = new WeakMap<EngineKey, Map<number, EngineKey>>();

/**
 * The key of an engine for a cell. If its results depend on the number of threads, that number is part of the key: the
 * one that the pipeline asks for, whatever the machine has.
 * @param threads the cell's `resources.cpu`
 */
export function keyWithThreads(engine: EngineKey, threads: number): EngineKey {
  if (!COUNTS_THREADS.has(engine.name)) return engine;
  const known = keys.get(engine) ?? new Map<number, EngineKey>();
  keys.set(engine, known);
  // Always the same object, because its text is encoded only once.
  const key = known.get(threads) ?? { ...engine, threads };
  known.set(threads, key);
  return key;
}
