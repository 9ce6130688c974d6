import { existsSync } from 'node:fs';
import { type Comparison, figuresBeside, inTurns, median } from './compare.ts';
import { engineProcess, WORK } from './engine-process.ts';
import { BATCH } from './engine-works.ts';
import { LAYOUTS, type Layout, startPyTorch } from './pytorch.ts';

const REPEATS = 3;
/** By then it has settled: the second step takes more than the first, and eight hardly more than three. */
const STEPS = 3;

/**
 * The most memory of a process while it takes a few training steps, less what it has right before the first one, with
 * net, weights and batch made: bytes of its resident set, each time in a process of its own. Ours compiles in between,
 * which counts. PyTorch is given the layout of the two that takes less.
 */
export async function peakMemory(net: string, threads: number, engine: string): Promise<Comparison[]> {
  if (!existsSync('/proc/self/status')) {
    console.error('(peak-memory takes /proc, which is not here: left out)');
    return [];
  }
  const peers = LAYOUTS.map((layout) => () => pytorchBytes(net, layout, threads));
  const works = [async () => (await engineProcess(net, threads, engine, STEPS)).memory, ...peers];
  const [ours = [], ...theirs] = await inTurns(works, REPEATS, { uncounted: 0 });
  const best = LAYOUTS.map((layout, index) => ({ layout, bytes: theirs[index] ?? [] })).sort(
    (a, b) => median(a.bytes) - median(b.bytes),
  )[0];
  if (!best || best.bytes.some(Number.isNaN)) return [];
  return [figuresBeside(`peak-memory, ${net}`, ours, `PyTorch, ${best.layout}`, best.bytes, 'bytes')];
}

/** NaN where there is no PyTorch. */
async function pytorchBytes(net: string, layout: Layout, threads: number): Promise<number> {
  const pytorch = await startPyTorch(threads);
  if (!pytorch) return Number.NaN;
  const work = { work: WORK, net, layout, batch: BATCH };
  const before = await pytorch.run({ ...work, steps: 0 });
  const after = await pytorch.run({ ...work, steps: STEPS });
  pytorch.stop();
  return after.most - before.now;
}
