import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Engine } from '../src/engine/engine.ts';
import { createOnnxEngine } from '../src/engine/onnx/engine.ts';
import { type Comparison, inTurns, median, printComparisons, rateBeside, timed } from './support/compare.ts';
import { BATCH, type Step, stepOf, type Work, works } from './support/engine-works.ts';
import { startPyTorch } from './support/pytorch.ts';
import { createWasmEngine } from './support/wasm.ts';

// The compiled engine's speed in images per second, beside PyTorch (the better of its two memory layouts) and, for
// attack steps, beside TensorFlow.js's own WebAssembly backend, all in turns. Words after the flags choose nets:
// `npm run bench:engine -- resnet-8`.

const NETS = ['resnet-8-w16', 'resnet-8-w64', 'resnet-18', 'wrn-16-4'];
/** The others would keep WebAssembly busy for minutes. */
const FOR_WASM = ['resnet-8-w16', 'resnet-8-w64'];
const REPEATS = 5;
/** A turn takes at least so long, in seconds, that the clock and the start of threads do not count. */
const TURN = 0.5;

const { positionals } = parseArgs({
  options: { json: { type: 'string' } },
  allowPositionals: true,
  strict: false,
});
const nets = NETS.filter((net) => positionals.length === 0 || positionals.some((word) => net.includes(word)));
const threads = availableParallelism();
const onnx = createOnnxEngine({ threads });
const pytorch = await startPyTorch(threads);
const wasm = await createWasmEngine();

/** Threads of the one before may still wait for work by spinning. */
async function quietly(work: () => Promise<number>): Promise<number> {
  await pause(100);
  return work();
}

async function stepsATurn(step: Step): Promise<number> {
  await step.run();
  return Math.max(1, Math.ceil(TURN / (await timed(step.run))));
}

const turnOf = (step: Step, steps: number) => () =>
  quietly(() =>
    timed(async () => {
      for (let done = 0; done < steps; done++) await step.run();
    }),
  );

async function besidePyTorch(net: string, work: Work): Promise<Comparison[]> {
  const step = stepOf(work, onnx, net);
  try {
    const steps = await stepsATurn(step);
    const layouts = pytorch ? (['nchw', 'channels_last'] as const) : [];
    const peers = layouts.map(
      (layout) => () =>
        quietly(async () => (await pytorch?.run({ work, net, layout, batch: BATCH, steps })) ?? 0),
    );
    const [ours = [], ...theirs] = await inTurns([turnOf(step, steps), ...peers], REPEATS);
    console.error(`${work}, ${net}: ${((median(ours) / steps) * 1000).toFixed(1)} ms a step`);
    const best = layouts
      .map((layout, index) => ({ layout, seconds: theirs[index] ?? [] }))
      .sort((a, b) => median(a.seconds) - median(b.seconds))[0];
    if (!best) return [];
    return [rateBeside(`${work}, ${net}`, ours, `PyTorch, ${best.layout}`, best.seconds, steps * BATCH)];
  } finally {
    await step.dispose();
  }
}

/** WebAssembly has no gradient with respect to filters: attacks are all that it can do. */
async function besideWasm(net: string, engine: Engine): Promise<Comparison> {
  const [ours, peer] = [stepOf('pgd-step', onnx, net), stepOf('pgd-step', engine, net)];
  try {
    const steps = await stepsATurn(peer);
    const [a = [], b = []] = await inTurns([turnOf(ours, steps), turnOf(peer, steps)], REPEATS);
    return rateBeside(`pgd-step, ${net}`, a, 'TensorFlow.js, wasm', b, steps * BATCH);
  } finally {
    await ours.dispose();
    await peer.dispose();
  }
}

const comparisons: Comparison[] = [];
for (const net of nets) {
  for (const work of works) comparisons.push(...(await besidePyTorch(net, work)));
  if (FOR_WASM.includes(net)) comparisons.push(await besideWasm(net, wasm));
}
pytorch?.stop();
await onnx.dispose();
printComparisons(comparisons);
