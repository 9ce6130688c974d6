import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Engine, TensorFunction, Tensors } from '../../../src/engine/engine.ts';
import { anyRows, pieceSizes, piecesOf } from '../../../src/learn/attack/any-rows.ts';
import { attack } from '../../../src/learn/attack/attack.ts';
import { createAttack } from '../../../src/learn/attack/attacks.ts';
import { autoAttack } from '../../../src/learn/attack/autoattack.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { attackSettings } from '../defaults.ts';
import { tanhNet } from '../toys.ts';
import { tanhData } from './tanh-data.ts';

// Examples that are wrong without an attack, or that have fallen, are dropped. That results are the same as of each
// example alone is tested for every attack in every-attack.test.ts.

const dataset = await tanhData(40);
// Two of five labels are wrong.
const labels = dataset.labels.map((label, row) => (row % 5 < 2 ? (label + 1) % 4 : label));
const given = { ...tanhNet, dataset: { ...dataset, labels }, batchSize: 40, seed: 4, keepImages: true };

/** The engine, and the number of rows of each run of a function whose name starts so. */
function watched(engine: Engine, start: string, input = 'images'): { engine: Engine; rows: number[] } {
  const rows: number[] = [];
  const compile: Engine['compile'] = (name, ...rest) => {
    const compiled = engine.compile(name, ...rest);
    const run = (inputs: Tensors) => {
      if (name.startsWith(start)) rows.push(inputs[input]?.shape[0] ?? 0);
      return compiled.run(inputs);
    };
    return { ...compiled, run };
  };
  return { engine: { ...engine, compile }, rows };
}

/** The pieces in which a processor computes some rows of a batch that began with `right` rows. */
function piecesOn(rows: number, right: number): number[] {
  return piecesOf(rows, pieceSizes(cpu, right));
}

function sum(rows: readonly number[]): number {
  return rows.reduce((total, one) => total + one, 0);
}

describe.each([
  ['pgd', 'attack/step'],
  ['fgsm', 'attack/step'],
  ['apgd-ce', 'attack/apgd'],
  ['fab-t', 'attack/gradient'],
])('%s', (name, step) => {
  it('takes no step for an example that is wrong without it, which keeps its clean image', async () => {
    const { engine, rows } = watched(cpu, step);
    const settings = attackSettings({ name, epsilon: 0.05, steps: 3, targets: 1 });
    const { examples } = await attack({ ...given, engine, attack: await createAttack(settings) });
    const right = [...(examples.cleanCorrect?.data ?? [])];
    const count = right.filter((one) => one === 1).length;
    expect(count).toBeGreaterThan(12);
    expect(count).toBeLessThan(25);
    expect(new Set(rows)).toEqual(new Set(piecesOn(count, count)));
    for (const row of right.keys()) {
      if (right[row] === 1) continue;
      const clean = [...dataset.images.subarray(2 * row, 2 * row + 2)].map((byte) => Math.fround(byte / 255));
      expect([...(examples.adversarial?.data.subarray(2 * row, 2 * row + 2) ?? [])]).toEqual(clean);
      expect(examples.loss?.data[row]).toBe(examples.cleanLoss?.data[row]);
    }
  });
});

const double: TensorFunction = ({ x, by }) => {
  if (!x || !by) throw new Error('No inputs');
  return { doubled: x.mul(by), sums: x.sum(1) };
};

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s', (_, given_) => {
  it.each([
    ['pgd', 'attack/step', 4],
    ['apgd-ce', 'attack/apgd', 4],
    ['apgd-t', 'attack/apgd', 4],
  ])('a run of %s leaves out the examples that an earlier run broke', async (name, step, perRun) => {
    const { engine, rows } = watched(given_, step);
    const runs = { restarts: 2, targets: 1 };
    const settings = attackSettings({ name, epsilon: 0.2, steps: 3, ...runs });
    const once = attackSettings({ ...settings, restarts: 1 });
    const first = await attack({ ...given, engine: given_, attack: await createAttack(once) });
    const [right, left] = [first.cleanAccuracy, first.robustAccuracy].map((share) => Math.round(40 * share));
    if (right === undefined || left === undefined) throw new Error('No accuracies');
    await attack({ ...given, engine, attack: await createAttack(settings) });
    const before = name === 'apgd-t' ? 1 : 0; // it looks at the clean images first
    expect(left).toBeLessThan(0.75 * right);
    const [all, second] = [sum(piecesOn(right, right)), sum(piecesOn(left, right))];
    expect(second).toBeLessThan(all);
    expect(sum(rows)).toBe(all * (before + perRun) + second * perRun);
  });

  it('a query of Square leaves out those that an earlier query broke', async () => {
    const { engine, rows } = watched(given_, 'attack/classify');
    const queries = 60;
    const settings = attackSettings({ name: 'square', epsilon: 0.2, queries });
    const built = await createAttack(settings);
    const { cleanAccuracy, robustAccuracy } = await attack({ ...given, engine, attack: built });
    expect(robustAccuracy).toBeLessThan(cleanAccuracy / 2);
    expect(sum(rows)).toBeLessThan(0.75 * queries * Math.round(40 * cleanAccuracy));
  });

  it('a step of DeepFool leaves out those that an earlier step broke', async () => {
    const { engine, rows } = watched(given_, 'attack/gradient');
    const settings = attackSettings({ name: 'deepfool', epsilon: 1, steps: 10, targets: 1 });
    const built = await createAttack(settings);
    const { cleanAccuracy, robustAccuracy } = await attack({ ...given, engine, attack: built });
    expect(robustAccuracy).toBeLessThan(cleanAccuracy / 2);
    expect(rows[0]).toBe(piecesOn(Math.round(40 * cleanAccuracy), Math.round(40 * cleanAccuracy))[0]);
    expect(rows.at(-1)).toBeLessThan(rows[0] ?? 0);
  });

  it.each([
    ['apgd-ce', 'attack/apgd'],
    ['apgd-t', 'attack/apgd'],
    ['fab-t', 'attack/gradient'],
  ])(
    '%s of AutoAttack stops for an example that it has broken, and finds the same robust',
    async (name, pass) => {
      const settings = { epsilon: 0.2, steps: 6, targets: 3, queries: 5 };
      const member = autoAttack(settings).members.find((one) => one.name === name);
      if (!member) throw new Error(`AutoAttack has no ${name}`);
      const alone = await createAttack(attackSettings({ name, ...settings }));
      const [short, long] = [watched(given_, pass), watched(given_, pass)];
      const stopped = await attack({ ...given, engine: short.engine, attack: member.attack });
      const whole = await attack({ ...given, engine: long.engine, attack: alone });
      expect(stopped.examples.robustCorrect).toEqual(whole.examples.robustCorrect);
      expect(sum(short.rows)).toBeLessThan(sum(long.rows));
    },
  );

  it('a function of any rows gives what it gives of all', async () => {
    const [plain, pieced] = [given_.compile('test', double), anyRows(given_, 'test', double)];
    const by = { shape: [], data: Float32Array.of(2) };
    for (const rows of [20, 19, 14, 9, 7, 3, 1, 40]) {
      const x = float32(
        [rows, 2],
        Array.from({ length: 2 * rows }, (_, index) => index / 7),
      );
      expect(await pieced.run({ x, by })).toEqual(await plain.run({ x, by }));
    }
    await plain.dispose();
    await pieced.dispose();
  });
});

const onThreads = (threads: number): Engine => ({ ...cpu, threads });
const onGpu: Engine = { ...cpu, identity: { ...cpu.identity, device: 'webgpu' } };

describe('the pieces of a batch', () => {
  it.each([
    ['fit into the cache of a processor', cpu, [14, 14, 14]],
    ['do not depend on threads that results do not depend on', onnx, [14, 14, 14]],
    ['fit into the cache where one thread computes results that depend on it', onThreads(1), [14, 14, 14]],
    ['are larger where several threads compute results that depend on them', onThreads(2), [40]],
    ['are whole batches on a GPU', onGpu, [40]],
  ])('%s', async (_, on, expected) => {
    const { engine, rows } = watched(on, 'test', 'x');
    const compiled = anyRows(engine, 'test', double);
    await compiled.run({ x: float32([40, 2], new Array<number>(80).fill(1)), by: float32([], [2]) });
    expect(rows).toEqual(expected);
  });

  it.each([
    ['one thread', cpu, 4],
    ['two threads', onThreads(2), 6],
    ['a GPU', onGpu, 4],
  ])('of %s have room for all rows, in few sizes, and leave few empty', (_, on, most) => {
    const pair = fc
      .integer({ min: 1, max: 300 })
      .chain((largest) => fc.tuple(fc.constant(largest), fc.integer({ min: 1, max: largest })));
    const seen = new Map<number, Set<number>>();
    fc.assert(
      fc.property(pair, ([largest, rows]) => {
        const sizes = pieceSizes(on, largest);
        const pieces = piecesOf(rows, sizes);
        const room = sum(pieces);
        expect(room).toBeGreaterThanOrEqual(rows);
        expect(room - rows).toBeLessThan(Math.max(rows / 3, sizes.least) + 1);
        const known = seen.get(largest) ?? new Set();
        seen.set(largest, known);
        for (const one of pieces) known.add(one);
        expect(known.size).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('of several threads waste no more rows than those of one', () => {
    expect(pieceSizes(cpu, 128)).toEqual({ full: 16, least: 2 });
    const sizes = pieceSizes(onThreads(2), 128);
    expect(sizes).toEqual({ full: 64, least: 2 });
    expect(piecesOf(64, sizes)).toEqual([64]);
    expect(piecesOf(50, sizes)).toEqual([64]);
    expect(piecesOf(40, sizes)).toEqual([32, 8]);
    expect(piecesOf(3, sizes)).toEqual([4]);
    expect(piecesOf(3, pieceSizes(onGpu, 64))).toEqual([8]);
  });
});
