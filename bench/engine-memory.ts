import { createEngine } from '../src/engine/choose.ts';
import { peakMemory } from '../src/run/peak-memory.ts';
import { stepOf, type Work } from './support/engine-works.ts';

// A process whose memory bench/engine.ts measures: `node engine-memory.js WORK NET THREADS STEPS ENGINE`. It prints the most
// bytes that it had in memory, less those that it had before the first step, with the net, its weights and the batch
// made; compiling belongs to the first step.

const [work, net = '', threads, steps, name = 'onnx'] = process.argv.slice(2);
const engine = await createEngine(name, { threads: Number(threads) });
// Given by bench/engine.ts alone.
const step = stepOf(work as Work, engine, net);
const before = process.memoryUsage.rss();
for (let done = 0; done < Number(steps); done++) await step.run();
console.log(peakMemory() - before);
await step.dispose();
await engine.dispose();
