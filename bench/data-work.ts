import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { prepareDataset } from '../src/cells/dataset.ts';
import { snapshotFile } from '../src/cells/snapshot-file.ts';
import { createEngine } from '../src/engine/choose.ts';
import { openPart } from '../src/learn/data/artifact.ts';
import { batchesOf } from '../src/learn/data/examples.ts';
import { imageWorkers } from '../src/learn/data/shards/image-workers.ts';
import { createModel } from '../src/learn/model/models.ts';
import { defaultSgd } from '../src/learn/optimise/sgd.ts';
import { stream } from '../src/learn/random/stream.ts';
import { digestOf } from '../src/learn/self-check/self-check.ts';
import { standard } from '../src/learn/train/standard.ts';
import { train } from '../src/learn/train/train.ts';
import { peakMemory } from '../src/run/peak-memory.ts';

// A process that bench/data.ts measures: `node data-work.js WORK FOLDER THREADS IMAGES`. FOLDER has the folder `images`
// and, after the work `make`, the data set in `set`. It prints what it did as JSON.

export interface Done {
  readonly images: number;
  readonly seconds: number;
  readonly peak: number;
  /** Of what was read or learned. */
  readonly digest?: string;
}

const [work = '', folder = '', threads, images] = process.argv.slice(2);
const [cores, count] = [Number(threads), Number(images)];
const BATCH = 128;
const works = { make, decode, 'decode-and-resize': decodeAndResize, read, train: learn };

// Given by bench/data.ts alone.
const done = await works[work as keyof typeof works]();
console.log(JSON.stringify({ ...done, peak: peakMemory() } satisfies Done));

/** Makes the shards of the training images, or of so many of them. */
async function make() {
  const output = join(folder, count > 0 ? `set-${count}` : 'set');
  mkdirSync(output);
  const wanted = {
    ...{ name: 'image-folder', train: count, test: 100, perClass: 0, validation: 0, classes: [], seed: 1 },
    ...{ resize: 256, crop: 224, rgb: false, folder: 'images', testShare: 0.1, store: 'encoded' as const },
  };
  const places = { project: folder, home: folder, dataDir: folder };
  const began = performance.now();
  const made = await prepareDataset(wanted, places, { workspace: output, output, cores });
  return { images: made.train + made.test, seconds: since(began) };
}

/** The decoder alone: each of the first images once, so many at a time. */
function decode() {
  return withSharp((image) => image);
}

/** sharp does all: it decodes, resizes in its own way, which gives other pixels than Pillow, and crops. */
function decodeAndResize() {
  return withSharp((image) => image.resize(224, 224, { fit: 'cover', kernel: 'linear' }));
}

async function withSharp(change: (image: Sharp) => Sharp) {
  const train = join(folder, 'images', 'train');
  const paths = readdirSync(train, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .slice(0, count)
    .map(({ parentPath, name }) => join(parentPath, name));
  const began = performance.now();
  let next = 0;
  const decodeOnes = async () => {
    for (let image = next++; image < paths.length; image = next++) {
      const bytes = await readFile(paths[image] ?? '');
      const decoded = sharp(bytes, { ignoreIcc: true, failOn: 'truncated' })
        .toColourspace('srgb')
        .removeAlpha();
      await change(decoded).raw().toBuffer();
    }
  };
  await Promise.all(Array.from({ length: cores }, decodeOnes));
  return { images: paths.length, seconds: since(began) };
}

/** Reads batches in the order of an epoch, with the augmentation of a training; nothing is learned. */
async function read() {
  const workers = imageWorkers(cores);
  const examples = await open('set', workers);
  const order = stream(1, 'train/shuffle', 0).permutation(examples.labels.length);
  const batches = Math.floor(Math.min(count > 0 ? count : order.length, order.length) / BATCH);
  const take = batchesOf(examples, batches, (batch) => ({
    indices: order.subarray(batch * BATCH, (batch + 1) * BATCH),
    augment: { pad: 0, flip: true },
    random: stream(1, 'train/augment', 0, batch),
  }));
  const digests = createHash('sha256');
  const began = performance.now();
  for (let batch = 0; batch < batches; batch += 1) {
    const { data } = (await take(batch)).images;
    // A look at every pixel would take as long as reading it.
    for (let at = 0; at < data.length; at += 9973) digests.update(String(data[at]));
  }
  const seconds = since(began);
  await workers.close();
  return { images: batches * BATCH, seconds, digest: digests.digest('hex') };
}

/** An epoch of a tiny network, with a snapshot after each step. */
async function learn() {
  const workers = imageWorkers(cores);
  const dataset = await open(`set-${count}`, workers);
  const trajectory = join(folder, 'trajectory');
  const scratch = join(trajectory, 'scratch');
  mkdirSync(scratch, { recursive: true });
  const engine = await createEngine('onnx', { threads: 1 });
  const began = performance.now();
  const { last } = await train({
    engine,
    model: createModel('resnet-8-w2', { inputShape: dataset.shape, classes: dataset.classes.length }),
    method: standard(),
    dataset,
    epochs: 1,
    batchSize: 32,
    optimiser: defaultSgd,
    schedule: { kind: 'one-cycle', rate: 0.1 },
    augment: { pad: 0, flip: true },
    seed: 1,
    snapshots: snapshotFile({ scratch, trajectory }),
    snapshotSeconds: 0,
  });
  const seconds = since(began);
  await workers.close();
  await engine.dispose();
  return { images: dataset.labels.length, seconds, digest: digestOf(last) };
}

function open(set: string, workers: ReturnType<typeof imageWorkers>) {
  const artifact = join(folder, set);
  const files = readdirSync(artifact, { recursive: true }).map(String);
  return openPart({ files, file: (name) => join(artifact, name) }, 'train', workers);
}

function since(began: number): number {
  return (performance.now() - began) / 1000;
}
