import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailure } from '../failure.ts';
import type { Checkpoints, TrainingCheckpoint } from '../learn/train/checkpoint.ts';
import { readTensors, writeTensors } from '../learn/weights/host-tensors.ts';

type Record = Omit<TrainingCheckpoint, 'tensors'>;

/**
 * Stores the checkpoint of a training as one file, which is replaced atomically: after a kill, the previous one
 * remains.
 */
export function checkpointFile(folder: string): Checkpoints<TrainingCheckpoint> {
  const path = join(folder, 'checkpoint.safetensors');
  return {
    async load() {
      if (!existsSync(path)) return undefined;
      try {
        const { tensors, metadata } = await readTensors(path);
        // Written by `save`, below.
        return { ...(JSON.parse(metadata.record ?? 'null') as Record), tensors };
      } catch (error) {
        // The file is incomplete after a power failure: start the training again.
        if (!isFailure(error) && !(error instanceof SyntaxError)) throw error;
        await rm(path, { force: true });
        return undefined;
      }
    },
    async save({ tensors, ...record }) {
      await writeTensors(path, tensors, { record: JSON.stringify(record) }, { durable: true });
    },
  };
}
