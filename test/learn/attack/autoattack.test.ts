import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../../src/engine/engine.ts';
import { type AttackOptions, attack } from '../../../src/learn/attack/attack.ts';
import { autoAttack } from '../../../src/learn/attack/autoattack.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu } from '../calculate.ts';
import { tanhNet, threeClasses } from '../toys.ts';
import { tanhData } from './tanh-data.ts';

const dataset = await tanhData(30);
const cascade = autoAttack({ epsilon: 0.12, steps: 15, targets: 3, queries: 60 });

function options(changes: Partial<AttackOptions> = {}): AttackOptions {
  const base = { engine: cpu, ...tanhNet, dataset, batchSize: 8, seed: 4, keepImages: true };
  return { ...base, attack: cascade, ...changes };
}

const values = (examples: Tensors, name: string) => [...(examples[name]?.data ?? [])];

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('AutoAttack on the engine %s', (_, engine) => {
  it('finds robust who withstands each of its attacks', async () => {
    const all = await attack(options({ engine }));
    const expected = dataset.labels.map(() => 1);
    for (const member of cascade.members) {
      const { examples } = await attack(options({ engine, attack: member.attack }));
      for (const [row, right] of values(examples, 'robustCorrect').entries()) {
        expected[row] = (expected[row] ?? 0) * right;
      }
    }
    expect(values(all.examples, 'robustCorrect')).toEqual([...expected]);
    expect(all.robustAccuracy).toBe(expected.reduce((a, b) => a + b, 0) / 30);
    expect(all.robustAccuracy).toBeGreaterThan(0);
    expect(all.robustAccuracy).toBeLessThan(all.cleanAccuracy);
  });
});

describe('AutoAttack', () => {
  it('is the standard version: four attacks after a look at the clean images, none of which finds more robust than the one before', async () => {
    const { after = [], cleanAccuracy, robustAccuracy } = await attack(options());
    expect(after.map(({ name }) => name)).toEqual(['none', 'apgd-ce', 'apgd-t', 'fab-t', 'square']);
    const shares = after.map((one) => one.robustAccuracy);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect([shares[0], shares.at(-1)]).toEqual([cleanAccuracy, robustAccuracy]);
  });

  it('carries on those examples alone that are still robust, in full batches', async () => {
    const sizes: number[][] = [];
    const snapshots = {
      load: async () => undefined,
      save: async (_: number, results: Tensors, member: number) => {
        sizes[member] = [...(sizes[member] ?? []), results.predicted?.shape[0] ?? 0];
      },
    };
    const { after = [] } = await attack(options({ snapshots }));
    const before = [30, ...after.map((one) => Math.round(one.robustAccuracy * 30))];
    for (const [member, batches] of sizes.entries()) {
      const count = before[member] ?? 0;
      expect(batches.reduce((a, b) => a + b, 0)).toBe(count);
      expect(batches.length).toBe(Math.ceil(count / 8));
    }
  });

  it('ends at once where no example is left', async () => {
    const free = autoAttack({ epsilon: 1, steps: 15, targets: 3, queries: 60 });
    const phases = new Set<string>();
    const { after = [], robustAccuracy } = await attack(
      options({ attack: free, onProgress: ({ phase }) => phases.add(phase) }),
    );
    expect(robustAccuracy).toBe(0);
    expect(after.at(-1)?.robustAccuracy).toBe(0);
    expect(after.slice(0, -1).every((one) => one.robustAccuracy > 0)).toBe(true);
    expect([...phases]).toEqual(after.map(({ name }) => name));
  });

  it.each([
    ['cpu', cpu],
    ['onnx', onnx],
  ])('goes on after the last batch that was saved, to the same end, on the engine %s', async (_, engine) => {
    const saved = new Map<string, Tensors>();
    let room = 6;
    const snapshots = {
      load: async (first: number, member: number) => saved.get(`${member} ${first}`),
      save: async (first: number, results: Tensors, member: number) => {
        if (room === 0) throw new Error('killed');
        room -= 1;
        saved.set(`${member} ${first}`, results);
      },
    };
    await expect(attack(options({ engine, snapshots }))).rejects.toThrow('killed');
    expect([...saved.keys()].some((key) => key.startsWith('1 '))).toBe(true);
    room = Number.POSITIVE_INFINITY;
    expect(await attack(options({ engine, snapshots }))).toEqual(await attack(options({ engine })));
  });

  it('says of its images what the model says of them anew', async () => {
    const { examples } = await attack(options());
    const wrong = values(examples, 'robustCorrect').filter((right) => right === 0).length;
    const broken = values(examples, 'predicted').filter((label, row) => label !== dataset.labels[row]).length;
    expect(wrong).toBe(broken);
    const clean = [...dataset.images].map((byte) => Math.fround(byte / 255));
    for (const [index, pixel] of values(examples, 'adversarial').entries()) {
      expect(Math.abs(pixel - (clean[index] ?? 0))).toBeLessThan(0.12 + 1e-6);
    }
  });

  it('refuses a model of three classes before anything is run', async () => {
    const phases: string[] = [];
    const data = { ...dataset, images: Uint8Array.of(1, 2, 3), labels: Int32Array.of(0) };
    const run = attack(
      options({
        ...threeClasses,
        dataset: { ...data, shape: [1, 1, 3], classes: ['a', 'b', 'c'] },
        onProgress: ({ phase }) => phases.push(phase),
      }),
    );
    await expect(run).rejects.toMatchObject({ reason: 'too-few-classes' });
    expect(phases).toEqual([]);
  });
});
