import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isFailure } from '../failure.ts';
import type { BatchSnapshots } from '../learn/attack/attack.ts';
import { readTensors, writeTensors } from '../learn/weights/host-tensors.ts';

/** Stores the results of batches, one file for each batch and attack. */
export function batchFiles(folder: string): BatchSnapshots {
  const path = (first: number, member: number) => join(folder, `batch-${member}-${first}.safetensors`);
  return {
    async load(first, member) {
      if (!existsSync(path(first, member))) return undefined;
      try {
        return (await readTensors(path(first, member))).tensors;
      } catch (error) {
        // Incomplete after a power failure: attack the batch again.
        if (isFailure(error)) return undefined;
        throw error;
      }
    },
    save: (first, results, member) => writeTensors(path(first, member), results),
  };
}
