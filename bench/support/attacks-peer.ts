import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '../../src/learn/data/dataset.ts';
import { toPytorch } from '../../src/learn/model/pytorch.ts';
import { readTensors, writeTensors } from '../../src/learn/weights/host-tensors.ts';
import { attackedImages } from '../../test/learn/agreement/pgd.ts';
import type { Trained } from './agreement-trained.ts';
import { type Layout, startScript } from './pytorch.ts';

export interface PeerAttack {
  readonly attack: string;
  readonly epsilon: number;
  readonly stepSize: number;
  readonly steps: number;
  readonly queries: number;
  /** Examples at once. */
  readonly batch: number;
}

/** What one attack took and found. */
export interface AttackTurn {
  readonly seconds: number;
  /** Seconds of all cores together, which other programs on the machine disturb less. */
  readonly processor: number;
  /** 1 for each example that is robust. */
  readonly robust: readonly number[];
}

/** torchattacks, on one net and some images. */
export interface AttacksPeer {
  readonly version: string;
  run(attack: PeerAttack, layout: Layout): Promise<AttackTurn>;
  stop(): void;
}

/** Undefined where no Python has torchattacks. */
export async function startAttacksPeer(
  { model, weights }: Pick<Trained, 'model' | 'weights'>,
  dataset: Dataset,
  threads: number,
): Promise<AttacksPeer | undefined> {
  const script = await startScript('attacks_torchattacks.py', threads);
  if (!script) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'retable-attacks-'));
  const file = (name: string) => join(folder, name);
  const files = { weights: file('weights'), images: file('images'), to: file('results') };
  await writeTensors(files.weights, toPytorch(model, weights));
  const unused = { epsilon: 0, stepSize: 0, steps: 0, randomStart: false };
  await writeTensors(files.images, attackedImages(dataset, unused));
  return {
    version: script.version,
    async run(attack, layout) {
      const { name: net, classes } = model;
      const { seconds, processor } = await script.ask({ ...files, ...attack, net, classes, layout });
      const { robust } = (await readTensors(files.to)).tensors;
      return { seconds: Number(seconds), processor: Number(processor), robust: [...(robust?.data ?? [])] };
    },
    stop() {
      script.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
