import { join } from 'node:path';
import type { Engine, EngineSettings } from '../engine.ts';
import { engineIdentity, type OnnxDevice } from '../identity.ts';
import { compilingEngine } from '../trace/compiling-engine.ts';
import { channelBlock } from './channel-block.ts';
import { optimise, type Pass, passesFor } from './passes/optimise.ts';
import { prepare } from './session.ts';
import { trace } from './trace.ts';

export interface OnnxOptions {
  readonly device?: OnnxDevice;
  /** Selects the passes to apply, for measuring what each is worth. */
  readonly passes?: (all: readonly Pass[]) => readonly Pass[];
  /**
   * A folder. For each graph, onnxruntime writes a file with the time of each operator there when the graph is
   * disposed of.
   */
  readonly profiles?: string;
}

/**
 * The compiling engine. For each set of input shapes, a function and its gradients are traced to one ONNX graph,
 * which onnxruntime runs.
 */
export function createOnnxEngine(
  { threads }: EngineSettings,
  { device = 'cpu', passes = (all) => all, profiles }: OnnxOptions = {},
): Engine {
  return compilingEngine({
    identity: engineIdentity(device === 'cpu' ? 'onnx' : `onnx-${device}`),
    trace,
    prepare: async (graph, index) => {
      const block = device === 'cpu' ? await channelBlock() : undefined;
      const profile = profiles && join(profiles, String(index));
      return prepare(optimise(graph, passes(passesFor(block, device))), { threads, device, profile });
    },
  });
}
