import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostTensor } from '../engine.ts';
import { dtypeOf } from '../host.ts';
import type { Binding } from './binding.ts';
import { TAG } from './encode.ts';
import { DATA_TYPE } from './encode-node.ts';

/** A session of TensorFlow with an encoded graph. */
export interface Session {
  /**
   * Computes values of the graph.
   * @param feeds inputs, by the names of their values
   * @param fetches names of values, each once
   * @returns their elements; booleans are int32 zeros and ones
   */
  run(feeds: ReadonlyMap<string, HostTensor>, fetches: readonly string[]): HostTensor['data'][];
  close(): void;
}

/** @param model an encoded SavedModel */
export function openSession(binding: Binding, model: Uint8Array): Session {
  const session = load(binding, model);
  return {
    run(feeds, fetches) {
      const fed = [...feeds.values()].map((tensor) => upload(binding, tensor));
      try {
        const results = binding.runSavedModel(session, fed, [...feeds.keys()].join(), fetches.join());
        return results.map(({ id }) => download(binding, id));
      } finally {
        for (const id of fed) binding.deleteTensor(id);
      }
    },
    close: () => binding.deleteSavedModel(session),
  };
}

/** The binding loads graphs only from folders. */
function load(binding: Binding, model: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'retable-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), model);
    return binding.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function upload(binding: Binding, tensor: HostTensor): number {
  return binding.createTensor(tensor.shape, DATA_TYPE[dtypeOf(tensor)], tensor.data);
}

/** Takes the elements of a tensor out of the binding. */
function download(binding: Binding, id: number): HostTensor['data'] {
  const data = binding.tensorDataSync(id);
  binding.deleteTensor(id);
  return data instanceof Uint8Array ? Int32Array.from(data) : data;
}
