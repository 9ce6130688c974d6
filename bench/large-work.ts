import { createEngine } from '../src/engine/choose.ts';
import { peakMemory } from '../src/run/peak-memory.ts';
import { stepOf, type Work } from './support/engine-works.ts';
import { autoAttackPasses } from './support/large-autoattack.ts';

// A process whose memory bench/large.ts measures: `node large-work.js WORK NET IMAGES THREADS ENGINE`. It does the work
// once and prints its seconds, of which so many went into compiling, and the most bytes that the process had in memory.

const [work, net = '', images, threads, name = ''] = process.argv.slice(2);
const engine = await createEngine(name, { threads: Number(threads) });
const began = performance.now();
const more = work === 'autoattack' ? await autoAttackPasses(engine, net, Number(images)) : await oneStep();
const seconds = (performance.now() - began) / 1000;
console.log(
  JSON.stringify({ seconds, compiling: engine.compileCost?.().seconds, peak: peakMemory(), ...more }),
);
await engine.dispose();

async function oneStep(): Promise<object> {
  // Given by bench/large.ts alone.
  const step = stepOf(work as Work, engine, net, { images: Number(images), attackSteps: 1 });
  await step.run();
  await step.dispose();
  return {};
}
