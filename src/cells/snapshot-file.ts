import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Tensors } from '../engine/engine.ts';
import { isFailure } from '../failure.ts';
import type { CellContext } from '../kind/kind.ts';
import type { Snapshots, TrainingSnapshot } from '../learn/train/snapshot.ts';
import { readTensors, writeTensors } from '../learn/weights/host-tensors.ts';

type Folders = Pick<CellContext<unknown>, 'scratch' | 'trajectory'>;
type Record = Omit<TrainingSnapshot, 'tensors'>;

const file = 'snapshot.safetensors';

/**
 * Keeps the snapshot of a training as one file, replaced in one step: a killed process leaves the one before. Starts
 * from the latest snapshot of the whole trajectory that has at most `most` epochs, the one that has begun included. A snapshot that cannot be used is
 * noted in the log: it costs time, and nothing else.
 */
export function snapshotFile(
  { scratch, trajectory }: Folders,
  most = Number.POSITIVE_INFINITY,
): Snapshots<TrainingSnapshot> {
  const key = basename(trajectory);
  return {
    async load() {
      let latest: TrainingSnapshot | undefined;
      for (const name of (await readdir(trajectory)).sort()) {
        const found = await usable(join(trajectory, name, file), key);
        if (found && endOf(found) <= most && (!latest || isLater(found, latest))) latest = found;
      }
      if (latest) console.error(`continues after ${placeOf(latest)}`); // for the log
      return latest;
    },
    async save({ tensors, ...snapshot }) {
      const record = JSON.stringify(snapshot);
      const digest = digestOf(key, record, tensors);
      await writeTensors(join(scratch, file), tensors, { record, digest }, { durable: true });
    },
  };
}

/** The epoch in which a snapshot was made, from 1. */
function endOf({ epoch, within }: TrainingSnapshot): number {
  return epoch + (within ? 1 : 0);
}

function isLater(one: TrainingSnapshot, other: TrainingSnapshot): boolean {
  const steps = ({ within }: TrainingSnapshot) => within?.steps ?? 0;
  return one.epoch > other.epoch || (one.epoch === other.epoch && steps(one) > steps(other));
}

function placeOf({ epoch, within }: TrainingSnapshot): string {
  return within ? `step ${within.steps} of epoch ${epoch + 1}` : `epoch ${epoch}`;
}

/** The snapshot in a file; undefined if there is none that can be used. */
async function usable(path: string, key: string): Promise<TrainingSnapshot | undefined> {
  try {
    const { tensors, metadata } = await readTensors(path);
    const { record = '', digest } = metadata;
    // Written by `save`, above.
    if (digest === digestOf(key, record, tensors)) return { ...(JSON.parse(record) as Record), tensors };
    console.error(`note: ${path} is damaged, or belongs to another training. It is not used.`);
  } catch (error) {
    const isUnreadable = isFailure(error) || (error instanceof Error && 'code' in error);
    if (!isUnreadable) throw error;
    if (!isFailure(error) || error.reason !== 'no-such-file') {
      console.error(`note: ${error.message} The snapshot is not used.`);
    }
  }
  return undefined;
}

/** SHA-256 of the key of the trajectory, the record, and the name, type, shape and data of each tensor. */
function digestOf(key: string, record: string, tensors: Tensors): string {
  const hash = createHash('sha256').update(JSON.stringify([key, record]));
  const sorted = Object.entries(tensors).sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [name, { shape, data }] of sorted) {
    hash.update(JSON.stringify([name, shape, data instanceof Float32Array]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
