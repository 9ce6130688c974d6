import { type Comparison, figuresBeside, inTurns } from './compare.ts';
import { engineProcess, WORK } from './engine-process.ts';
import { BATCH } from './engine-works.ts';
import { startPyTorch } from './pytorch.ts';

const REPEATS = 3;

/**
 * What a new process takes before it trains at full speed: loading the library, making the net and compiling. These are
 * processor seconds from its start to the end of its first training step, less those of its second step.
 */
export async function startUp(net: string, threads: number, engine: string): Promise<Comparison> {
  const ours = async () => (await engineProcess(net, threads, engine, 2)).startUp;
  const [a = [], b = []] = await inTurns([ours, () => pytorchStartUp(net, threads)], REPEATS, {
    uncounted: 0,
  });
  return figuresBeside(`start-up, ${net}`, a, 'PyTorch', b);
}

/** NaN where there is no PyTorch. */
async function pytorchStartUp(net: string, threads: number): Promise<number> {
  const pytorch = await startPyTorch(threads);
  if (!pytorch) return Number.NaN;
  const step = { work: WORK, net, layout: 'nchw', batch: BATCH, steps: 1 } as const;
  const first = (await pytorch.run(step)).processor;
  const second = (await pytorch.run(step)).processor;
  pytorch.stop();
  return first - (second - first);
}
