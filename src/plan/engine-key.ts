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
  tensorflow: 'src/engine/eager.ts',
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
