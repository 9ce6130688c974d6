import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import prettyBytes from 'pretty-bytes';
import { home } from '../src/home.ts';
import type { Done } from './data-work.ts';
import { inTurns, median } from './support/compare.ts';
import { madeUpImages } from './support/made-up-images.ts';

// Image folders in shards: how fast they are made and read beside the decoder alone, in how much memory, and whether the
// number of threads or kill -9 changes a byte. `npm run bench:data -- --images 20000 --folder DIR`. It makes the images
// first (100 kB each), and deletes all but them. Each work is done in a process of its own.

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    folder: { type: 'string', default: join(tmpdir(), 'retable-bench-data') },
    threads: { type: 'string', default: String(availableParallelism()) },
    turns: { type: 'string', default: '3' },
  },
});
const { folder } = values;
const [images, threads] = [Number(values.images), Number(values.threads)];
if (images < 1000) throw new Error('--images must be at least 1000');
/** Of the works that are done in turns. */
const FEW = 1280;
/** Of the training. */
const LEARNED = 320;

const made = ['set', `set-${LEARNED}`, 'trajectory'].map((name) => join(folder, name));
const clean = () => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
};
clean();
mkdirSync(folder, { recursive: true });
console.error(`makes ${images} images in ${folder}`);
await madeUpImages(join(folder, 'images'), images, threads);

const rows: string[][] = [];
const tell = (work: string, { images, seconds, peak }: Done) => {
  const row = [work, `${images}`, `${(images / seconds).toFixed(0)}`, prettyBytes(peak)];
  rows.push(row);
  console.error(row.join('  '));
};

tell(`make shards, ${threads} threads`, await run('make', threads, 0));
const [reading = [], ...peers] = await inTurns(
  ['read', 'decode', 'decode-and-resize'].map((work) => async () => {
    const done = await run(work, threads, FEW);
    return done.images / done.seconds;
  }),
  Number(values.turns),
);
const besides = ['the decoder alone', 'sharp decodes, resizes and crops'].map((name, peer) => {
  const rates = peers[peer] ?? [];
  const ratios = reading.map((rate, turn) => rate / (rates[turn] ?? Number.NaN));
  const range = `${Math.min(...ratios).toFixed(2)} … ${Math.max(...ratios).toFixed(2)}`;
  return `${name} ${median(rates).toFixed(0)} images/s, ratio ${median(ratios).toFixed(2)} (${range})`;
});
const digests = new Map<number, string | undefined>();
for (const count of [1, 2, 4]) {
  const done = await run('read', count, FEW);
  digests.set(count, done.digest);
  tell(`read, ${count} threads`, done);
}
tell(`read all, ${threads} threads`, await run('read', threads, 0));

await run('make', threads, LEARNED);
const learned = await run('train', threads, LEARNED);
tell('train', learned);
rmSync(join(folder, 'trajectory'), { recursive: true });
await killed();
const resumed = await run('train', 1, LEARNED);
console.log(
  markdownTable([['work', 'images', 'images/s', 'peak memory'], ...rows], { align: ['l', 'r', 'r', 'r'] }),
);
console.log(
  `\n${FEW} images in turns, ${threads} threads: reading from shards ${median(reading).toFixed(0)} images/s; ${besides.join('; ')}.`,
);
console.log(
  `1, 2 and 4 threads: ${new Set(digests.values()).size === 1 ? 'the same bytes' : 'OTHER BYTES'}.`,
);
console.log(
  `Killed within the epoch and resumed with 1 thread: ${resumed.digest === learned.digest ? 'the same weights' : 'OTHER WEIGHTS'}, in ${resumed.seconds.toFixed(1)} s instead of ${learned.seconds.toFixed(1)} s.`,
);
clean();

function start(work: string, threads: number, count: number) {
  const script = join(home, 'dist', 'bench', 'data-work.js');
  const child = spawn(process.execPath, [script, work, folder, String(threads), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: String(Math.max(4, threads + 1)) },
  });
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  const ended = new Promise<string>((resolve) => child.on('close', () => resolve(text)));
  return { child, ended };
}

async function run(work: string, threads: number, count: number): Promise<Done> {
  // Printed by that script alone.
  return JSON.parse(await start(work, threads, count).ended) as Done;
}

/** Starts the training, and kills it some steps after its first snapshot. */
async function killed(): Promise<void> {
  const { child, ended } = start('train', threads, LEARNED);
  const snapshot = join(folder, 'trajectory', 'scratch', 'snapshot.safetensors');
  while (!existsSync(snapshot)) await delay(10);
  await delay(200);
  child.kill('SIGKILL');
  await ended;
}
