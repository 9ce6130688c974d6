import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Tensors } from '../../../src/engine/engine.ts';
import { attackCell } from '../../../src/learn/attack/attack-cell.ts';
import type { AttackSettings } from '../../../src/learn/attack/attacks.ts';
import { writeDataset } from '../../../src/learn/data/artifact.ts';
import { writeModel } from '../../../src/learn/model/artifact.ts';
import { digestOf } from '../../../src/learn/self-check/self-check.ts';
import { onnx } from '../../engine/agree.ts';
import { shape, toyData } from '../train/toy-training.ts';
import { weights } from './checked.ts';

/** Runs the cell of an attack on the toy net, and gives what it told and where it wrote. */
async function attackedCell(
  attack: Partial<AttackSettings> & { name: string },
  tensors: Tensors = weights,
  keepImages = false,
) {
  const folder = mkdtempSync(join(tmpdir(), 'retable-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [data, model, output, scratch] = ['data', 'model', 'output', 'scratch'].map((one) =>
    join(folder, one),
  );
  if (!data || !model || !output || !scratch) throw new Error('There are four folders');
  for (const one of [data, model, output, scratch]) await mkdir(one);
  await writeDataset(data, 'toy', toyData(96));
  await writeModel(model, { net: 'resnet-8-w2', inputShape: [...shape], classes: 3 }, { last: tensors });
  const input = (at: string) => ({ digest: '', files: [], file: (file: string) => join(at, file) });
  const told = { values: {} as Record<string, number>, warnings: [] as string[] };
  const run = attackCell(
    {
      inputs: { data: input(data), model: input(model) },
      output,
      scratch,
      engine: async () => onnx,
      progress: () => {},
      values: (values) => Object.assign(told.values, values),
      warn: (warning) => void told.warnings.push(warning),
    },
    {
      attack: { epsilon: 0.1, ...attack },
      ...{
        batchSize: 16,
        seed: 1,
        checkpoint: 'last',
        surrogateCheckpoint: 'last',
        keepImages,
        selfCheckExamples: 64,
      },
    },
  );
  return { run, told, read: () => JSON.parse(readFileSync(join(output, 'self-checks.json'), 'utf8')) };
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
  expect(kept).toMatchObject({ weights: digestOf(weights), examples: 30 });
  expect(kept.checks).toHaveLength(21);
  for (const check of kept.checks) {
    expect(['passed', 'skipped']).toContain(check.state);
    expect(check.message).not.toBe('');
  }
  expect(told).toMatchObject({ warnings: [], values: { 'self-check-warnings': 0 } });
});

it('an attack cell looks at the images of the sample where it keeps all of them', async () => {
  const { run, read } = await attackedCell({ name: 'fgsm' }, weights, true);
  await run;
  const kept = read();
  const check = kept.checks.find(({ name }: { name: string }) => name === 'batch-dependent');
  expect(check).toMatchObject({ state: 'passed', measured: 0 });
});

it('an error of a self-check fails the cell, and warnings are told with their figures', async () => {
  const { run, read } = await attackedCell({ name: 'fgsm' }, scaledBy(1e4));
  await expect(run).rejects.toMatchObject({
    reason: 'self-check-failed',
    message: expect.stringContaining('only-zero-gradients: Of the robust examples 100.0 %'),
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
