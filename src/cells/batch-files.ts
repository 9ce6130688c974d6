import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isFailure } from '../failure.ts';
import type { BatchCheckpoints } from '../learn/attack/attack.ts';
import { readTensors, writeTensors } from '../learn/weights/host-tensors.ts';

/** Results of batches, as one file a batch and attack. */
export function batchFiles(folder: string): BatchCheckpoints {
  const path = (first: number, member: number) => join(folder, `batch-${member}-${first}.safetensors`);
  return {
    async load(first, member) {
      if (!existsSync(path(first, member))) return undefined;
      try {
        return (await readTensors(path(first, member))).tensors;
      } catch (error) {
        // Torn by a power cut: the batch is attacked again.
        if (isFailure(error)) return undefined;
        throw error;
      }
    },
    save: (first, results, member) => writeTensors(path(first, member), results),
  };
}
