import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailure } from '../failure.ts';
import type { Snapshots, TrainingSnapshot } from '../learn/train/snapshot.ts';
import { readTensors, writeTensors } from '../learn/weights/host-tensors.ts';

type Record = Omit<TrainingSnapshot, 'tensors'>;

/** Keeps the snapshot of a training as one file, replaced in one step: a killed process leaves the one before. */
export function snapshotFile(folder: string): Snapshots<TrainingSnapshot> {
  const path = join(folder, 'snapshot.safetensors');
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
