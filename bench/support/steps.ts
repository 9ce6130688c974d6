import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.ts';
import { channelBlock } from '../../src/engine/onnx/channel-block.ts';
import { createOnnxEngine } from '../../src/engine/onnx/engine.ts';
import { passesFor } from '../../src/engine/onnx/passes/optimise.ts';
import { type Comparison, inTurns, median, rateBeside, timed } from './compare.ts';
import { BATCH, type Step, stepOf, type Work } from './engine-works.ts';
import { LAYOUTS, type PyTorch } from './pytorch.ts';

const REPEATS = 5;
/** A turn takes at least so long, in seconds, that the clock and the start of threads do not count. */
const TURN = 0.5;

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

export interface Peers {
  readonly pytorch: PyTorch | undefined;
  /** PyTorch with compiled models. */
  readonly compiled: PyTorch | undefined;
  /** How many turns count. */
  readonly repeats: number;
}

/** Images per second of each engine, beside the better of PyTorch's two memory layouts, all in turns. */
export async function besidePyTorch(
  net: string,
  work: Work,
  engines: readonly Engine[],
  { pytorch, compiled, repeats }: Peers,
): Promise<Comparison[]> {
  const ours = engines.map((engine) => ({ engine, step: stepOf(work, engine, net) }));
  try {
    const counts = await Promise.all(ours.map(({ step }) => stepsATurn(step)));
    const steps = Math.max(...counts);
    const turnsOf = (peer: PyTorch) =>
      LAYOUTS.map((layout) => ({
        layout,
        turn: () => quietly(async () => (await peer.run({ work, net, layout, batch: BATCH, steps })).seconds),
      }));
    const peers = [
      ...(pytorch ? [{ name: 'PyTorch', turns: turnsOf(pytorch) }] : []),
      ...(compiled ? [{ name: 'torch.compile', turns: turnsOf(compiled) }] : []),
    ];
    const turns = [
      ...ours.map(({ step }) => turnOf(step, steps)),
      ...peers.flatMap(({ turns }) => turns.map(({ turn }) => turn)),
    ];
    const seconds = await inTurns(turns, repeats);
    return ours.flatMap(({ engine }, index) =>
      peers.map(({ name, turns }, peer) => {
        const first = ours.length + peer * LAYOUTS.length;
        const best = turns
          .map(({ layout }, at) => ({ layout, seconds: seconds[first + at] ?? [] }))
          .reduce((a, b) => (median(b.seconds) < median(a.seconds) ? b : a));
        const title = [work, net, ...(ours.length > 1 ? [engine.identity.name] : [])].join(', ');
        return rateBeside(
          title,
          seconds[index] ?? [],
          `${name}, ${best.layout}`,
          best.seconds,
          steps * BATCH,
        );
      }),
    );
  } finally {
    for (const { step } of ours) await step.dispose();
  }
}

/** Images per second on two engines of ours. */
async function besideEngine(
  net: string,
  work: Work,
  engine: Engine,
  peer: { readonly name: string; readonly engine: Engine },
): Promise<Comparison> {
  const [ours, theirs] = [stepOf(work, engine, net), stepOf(work, peer.engine, net)];
  try {
    const steps = await stepsATurn(theirs);
    const [a = [], b = []] = await inTurns([turnOf(ours, steps), turnOf(theirs, steps)], REPEATS);
    return rateBeside(`${work}, ${net}`, a, peer.name, b, steps * BATCH);
  } finally {
    await ours.dispose();
    await theirs.dispose();
  }
}

/** Images per second of an attack step: WebAssembly has no gradient with respect to filters. */
export function besideWasm(net: string, engine: Engine, wasm: Engine): Promise<Comparison> {
  return besideEngine(net, 'pgd-step', engine, { name: 'TensorFlow.js, wasm', engine: wasm });
}

/** Images per second of a training step, beside the same step with one pass of the optimiser left out, pass by pass. */
export async function withoutEachPass(net: string, engine: Engine, threads: number): Promise<Comparison[]> {
  const names = new Set(passesFor(await channelBlock()).map(({ name }) => name));
  const comparisons: Comparison[] = [];
  for (const left of names) {
    const lacking = createOnnxEngine(
      { threads },
      { passes: (all) => all.filter(({ name }) => name !== left) },
    );
    const peer = { name: `without ${left}`, engine: lacking };
    comparisons.push(await besideEngine(net, 'training-step', engine, peer));
    await lacking.dispose();
  }
  return comparisons;
}
