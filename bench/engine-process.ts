import { createEngine } from '../src/engine/choose.ts';
import { peakMemory } from '../src/run/peak-memory.ts';
import { stepOf, type Work } from './support/engine-works.ts';

// A process that bench/engine.ts measures: `node engine-process.js WORK NET THREADS STEPS ENGINE`. It takes at least two steps
// and prints, as JSON, what `EngineProcess` in support/engine-process.ts says. Compiling belongs to the first step.

const [work, net = '', threads, steps, name = 'onnx'] = process.argv.slice(2);
const engine = await createEngine(name, { threads: Number(threads) });
// Given by bench/engine.ts alone.
const step = stepOf(work as Work, engine, net);
const before = process.memoryUsage.rss();
const seconds: number[] = [];
for (let done = 0; done < Number(steps); done++) {
  await step.run();
  seconds.push(processorSeconds());
}
const [first = 0, second = 0] = seconds;
console.log(JSON.stringify({ memory: peakMemory() - before, startUp: first - (second - first) }));
await step.dispose();
await engine.dispose();

/** Of all threads, since the process started. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
