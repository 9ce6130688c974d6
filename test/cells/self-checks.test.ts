import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { attackCell } from '../../src/cells/attack.ts';
import type { Engine, Tensors } from '../../src/engine/engine.ts';
import { writeDataset } from '../../src/learn/data/artifact.ts';
import { writeModel } from '../../src/learn/model/artifact.ts';
import { createModel } from '../../src/learn/model/models.ts';
import { digestOf } from '../../src/learn/self-check/self-check.ts';
import { standard } from '../../src/learn/train/standard.ts';
import { train } from '../../src/learn/train/train.ts';
import { onnx } from '../engine/agree.ts';
import { attackSettings, type GivenAttack } from '../learn/defaults.ts';
import { weights } from '../learn/self-check/checked.ts';
import { shape, toyData, toyTraining } from '../learn/train/toy-training.ts';

/** Runs the cell of an attack on the toy net, and gives what it told and where it wrote. */
async function attackedCell(
  attack: GivenAttack,
  changes: {
    readonly weights?: Tensors;
    readonly surrogate?: Tensors;
    readonly classes?: number;
    readonly engine?: Engine;
    readonly keepImages?: boolean;
  } = {},
) {
  const { surrogate, classes = 3, engine = onnx, keepImages = false } = changes;
  const folder = mkdtempSync(join(tmpdir(), 'retable-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  for (const name of ['data', 'model', 'surrogate', 'output', 'scratch']) await mkdir(at(name));
  await writeDataset(at('data'), 'toy', toyData(96, classes));
  const description = { net: 'resnet-8-w2', inputShape: [...shape] as [number, number, number], classes };
  await writeModel(at('model'), description, { last: changes.weights ?? weights });
  if (surrogate) await writeModel(at('surrogate'), description, { last: surrogate });
  const input = (name: string) => ({ digest: '', files: [], file: (file: string) => join(at(name), file) });
  const told = { values: {} as Record<string, number>, warnings: [] as string[] };
  const run = attackCell(
    {
      inputs: {
        data: input('data'),
        model: input('model'),
        ...(surrogate && { surrogate: input('surrogate') }),
      },
      cores: 1,
      output: at('output'),
      scratch: at('scratch'),
      engine: async () => engine,
      progress: () => {},
      values: (values) => Object.assign(told.values, values),
      warn: (warning) => void told.warnings.push(warning),
    },
    {
      attack: attackSettings({ epsilon: 0.1, ...attack }),
      ...{
        part: 'test',
        batchSize: 40,
        seed: 1,
        checkpoint: 'last',
        surrogateCheckpoint: 'last',
        keepImages,
        selfCheckExamples: 64,
      },
    },
  );
  return { run, told, read: () => JSON.parse(readFileSync(join(at('output'), 'self-checks.json'), 'utf8')) };
}

/** The weights with the last layer, and so the logits, times a factor. */
function scaledBy(factor: number): Tensors {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      { shape, data: name.startsWith('linear.') ? data.map((value) => value * factor) : data },
    ]),
  );
}

it('an attack cell keeps all checks, with the digest of the weights and how many examples were probed', async () => {
  const { run, told, read } = await attackedCell({ name: 'pgd-20' });
  await run;
  const kept = read();
  expect(kept).toMatchObject({ weights: digestOf(weights), examples: 29 });
  expect(kept.checks).toHaveLength(20);
  for (const check of kept.checks) {
    expect(['passed', 'skipped']).toContain(check.state);
    expect(check.message).not.toBe('');
  }
  expect(told).toMatchObject({ warnings: [], values: { 'self-check-warnings': 0 } });
});

it('an attack cell looks at the images of the sample where it keeps all of them', async () => {
  const { run, read } = await attackedCell({ name: 'fgsm' }, { keepImages: true });
  await run;
  const kept = read();
  const check = kept.checks.find(({ name }: { name: string }) => name === 'batch-dependent');
  expect(check).toMatchObject({ state: 'passed', measured: 0 });
});

it('an error of a self-check fails the cell, and warnings are told with their figures', async () => {
  const { run, read } = await attackedCell({ name: 'fgsm' }, { weights: scaledBy(1e4) });
  await expect(run).rejects.toMatchObject({
    reason: 'self-check-failed',
    message: expect.stringContaining('% began with a gradient of zero. The accuracy says nothing'),
  });
  expect(read().checks.filter(({ state }: { state: string }) => state === 'failed').length).toBeGreaterThan(
    1,
  );
});

it('an attack that warns keeps its numbers, and how many warnings there are', async () => {
  const { run, told } = await attackedCell({ name: 'pgd', steps: 5, stepSize: 0.002, randomStart: false });
  await run;
  expect(told.values.accuracy).toBeGreaterThan(0);
  expect(told.warnings).toContain('weaker-than-fgsm');
  expect(told.values['self-check-warnings']).toBe(told.warnings.length);
});

it('an engine that changes the weights that it is given fails the cell', async () => {
  const careless: Engine = {
    ...onnx,
    compile(name, fn, options) {
      const compiled = onnx.compile(name, fn, options);
      const [first] = Object.values(options?.fixed ?? {});
      if (first) first.data[0] = (first.data[0] ?? 0) + 1;
      return compiled;
    },
  };
  const { run } = await attackedCell({ name: 'none' }, { engine: careless });
  await expect(run).rejects.toMatchObject({
    reason: 'self-check-failed',
    message: expect.stringContaining('weights-changed: SHA-256 of weights'),
  });
});

it('autoattack on a weak surrogate, of which nothing is left, and a robust model is in order', async () => {
  const model = createModel('resnet-8-w2', { inputShape: shape, classes: 4 });
  const { train: dataset } = toyData(96, 4);
  const { last: surrogate } = await train(toyTraining(standard(), { engine: onnx, model, dataset }));
  // Whatever it sees, it says the same.
  const constant = Object.fromEntries(
    Object.entries(surrogate).map(([name, { shape, data }]) => [
      name,
      { shape, data: name === 'linear.bias' ? Float32Array.of(2, 0, 0, 0) : new Float32Array(data.length) },
    ]),
  );
  const settings = { name: 'autoattack', epsilon: 1, steps: 10, targets: 3, queries: 10 };
  const { run, told, read } = await attackedCell(settings, { classes: 4, weights: constant, surrogate });
  await run;
  expect(told.values['surrogate-accuracy']).toBe(0);
  expect(told.values.accuracy).toBeGreaterThan(0.2);
  expect(told.values).not.toHaveProperty('after-square');
  expect(read()).toMatchObject({ weights: digestOf(constant), surrogate: digestOf(surrogate) });
});

it('apgd-t on three classes says that it is not the published attack, and on four says nothing', async () => {
  const { run, told } = await attackedCell({ name: 'apgd-t', steps: 4 });
  await run;
  expect(told.warnings).toContain('few-classes');
  const model = createModel('resnet-8-w2', { inputShape: shape, classes: 4 });
  const { train: dataset } = toyData(96, 4);
  const { last } = await train(toyTraining(standard(), { engine: onnx, model, dataset, epochs: 1 }));
  const four = await attackedCell({ name: 'apgd-t', steps: 4 }, { classes: 4, weights: last });
  await four.run;
  expect(four.told.warnings).not.toContain('few-classes');
});
