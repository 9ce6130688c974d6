import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createEngine } from '../src/engine/choose.ts';
import type { Engine } from '../src/engine/engine.ts';
import { engineName, onnxDevice } from '../src/engine/identity.ts';
import { callOverhead } from './support/call-overhead.ts';
import { type Case, chooseCases } from './support/choose-cases.ts';
import { type Comparison, printComparisons } from './support/compare.ts';
import { works } from './support/engine-works.ts';
import { printOperatorTimes } from './support/operator-times.ts';
import { peakMemory } from './support/peak-memory.ts';
import { type PyTorch, type PyTorchOptions, startPyTorch } from './support/pytorch.ts';
import { startUp } from './support/start-up.ts';
import { besidePyTorch, besideWasm, withoutEachPass } from './support/steps.ts';
import { createWasmEngine } from './support/wasm.ts';

// The compiled engine beside PyTorch and, for attack steps, beside TensorFlow.js's own WebAssembly backend, all in turns:
// images per second of attack and training steps, what each pass of the optimiser is worth, the cost of a call, the
// memory of a training step, the start of a process. Words after the flags choose nets and works: `npm run bench:engine -- resnet-8 peak-memory`.
// With `--engine tensorflow` our steps are those of TensorFlow; with `onnx-cuda` or `onnx-webgpu` they run on the GPU, and
// PyTorch's too, with TensorFloat-32 if `--tf32` is given (ours never). `--engine onnx,tensorflow` measures both in
// turns, `--torch-compile` adds PyTorch's compiled model, `--repeats N` sets how many turns count. With `--profile` nothing is compared: for each net and work it prints where the time of our step goes.

const NETS = ['resnet-8-w16', 'resnet-8-w64', 'resnet-18', 'wrn-16-4'];
/** The others would keep WebAssembly busy for minutes. */
const FOR_WASM = ['resnet-8-w16', 'resnet-8-w64'];
const FOR_PASSES = ['resnet-8-w16', 'resnet-8-w64'];
const STEPS = NETS.flatMap((net) => works.map((work) => ({ work, net })));
const OTHERS = [
  ...FOR_WASM.map((net) => ({ work: 'pgd-step-wasm', net })),
  ...FOR_PASSES.map((net) => ({ work: 'passes', net })),
  { work: 'peak-memory', net: 'resnet-8-w64' },
  { work: 'peak-memory', net: 'resnet-18' },
  { work: 'start-up', net: 'resnet-8-w16' },
  { work: 'start-up', net: 'resnet-18' },
  { work: 'call-overhead', net: '' },
];

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'string' },
    profile: { type: 'boolean' },
    engine: { type: 'string' },
    tf32: { type: 'boolean', default: false },
    'torch-compile': { type: 'boolean', default: false },
    repeats: { type: 'string', default: '5' },
  },
  allowPositionals: true,
});
const threads = availableParallelism();
if (values.profile) await profile();
else await compareAll(chooseCases([...STEPS, ...OTHERS], positionals));

async function profile(): Promise<void> {
  const name = engineName(values.engine ?? 'onnx');
  if (name === 'tensorflow' || name === 'cpu') throw new Error(`${name} has no graphs to profile`);
  for (const { work, net } of chooseCases(STEPS, positionals)) {
    const known = works.find((one) => one === work);
    if (known) await printOperatorTimes(known, net, threads, onnxDevice(name));
  }
}

async function compareAll(cases: readonly Case[]): Promise<void> {
  const names = (values.engine ?? 'onnx').split(',');
  const engines = await Promise.all(names.map((name) => createEngine(name, { threads })));
  const device = engines.every(({ identity }) => identity.device === 'cpu') ? 'cpu' : 'cuda';
  const start = (options: PyTorchOptions) => startPyTorch(threads, device, { tf32: values.tf32, ...options });
  const pytorch = await start({});
  const compiled = values['torch-compile'] ? await start({ compile: true }) : undefined;
  console.error(
    pytorch
      ? `PyTorch ${pytorch.version}, ${threads} threads`
      : '(no PyTorch for this device is installed here: left out)',
  );
  const comparisons: Comparison[] = [];
  const add = (...found: readonly Comparison[]) => {
    comparisons.push(...found);
    for (const { work, peerName, ratio } of found)
      console.error(`${work}: ${ratio.median.toFixed(2)} times ${peerName}`);
  };
  for (const { work, net } of cases) {
    const step = works.find((one) => one === work);
    const peers = { pytorch, compiled, repeats: Number(values.repeats) };
    if (step) add(...(await besidePyTorch(net, step, engines, peers)));
    else for (const engine of engines) add(...(await measured(work, net, engine, pytorch)));
  }
  pytorch?.stop();
  compiled?.stop();
  for (const engine of engines) await engine.dispose();
  printComparisons(comparisons);
}

/** Works other than steps. */
async function measured(
  work: string,
  net: string,
  engine: Engine,
  pytorch: PyTorch | undefined,
): Promise<Comparison[]> {
  const { name } = engine.identity;
  if (work === 'pgd-step-wasm') return [await besideWasm(net, engine, await createWasmEngine())];
  if (work === 'passes' && name === 'onnx') return withoutEachPass(net, engine, threads);
  if (pytorch === undefined) return [];
  if (work === 'peak-memory') return peakMemory(net, threads, name);
  if (work === 'start-up') return [await startUp(net, threads, name)];
  if (work === 'call-overhead') return [await callOverhead(engine, pytorch)];
  return [];
}
