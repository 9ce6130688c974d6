import { describe, expect, it } from 'vitest';
import { type AttackOptions, attack } from '../../../src/learn/attack/attack.ts';
import { attackNames } from '../../../src/learn/attack/attack-names.ts';
import { createAttack } from '../../../src/learn/attack/attacks.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu } from '../calculate.ts';
import { binary, tanhNet, threeClasses } from '../toys.ts';
import { tanhData } from './tanh-data.ts';

// What holds of any attack. Each keeps to its bounds, too: `attack` fails where one does not.

const dataset = await tanhData(24);

function options(name: string, changes: Partial<AttackOptions> & { epsilon?: number } = {}): AttackOptions {
  const { epsilon = 0.15, ...others } = changes;
  const settings = { name, epsilon, steps: 12, restarts: 2, targets: 3, queries: 40 };
  const base = { engine: cpu, ...tanhNet, dataset, batchSize: 24, seed: 4, keepImages: true };
  return { ...base, attack: createAttack(settings), ...others };
}

describe.each(attackNames.filter((name) => name !== 'none'))('the attack %s', (name) => {
  it('gives the same bytes again, in batches of any size', async () => {
    const expected = await attack(options(name));
    expect(await attack(options(name))).toEqual(expected);
    for (const batchSize of [1, 7]) expect(await attack(options(name, { batchSize }))).toEqual(expected);
  });

  it('gives the same bytes again on the compiled engine', async () => {
    const run = () => attack(options(name, { engine: onnx }));
    expect(await run()).toEqual(await run());
  });

  it('finds no example robust that is wrong without it', async () => {
    const { cleanAccuracy, robustAccuracy } = await attack(options(name));
    expect(robustAccuracy).toBeLessThanOrEqual(cleanAccuracy);
  });

  it('breaks more than four in five where it is free to, if it is an attack and not noise', async () => {
    const { robustAccuracy } = await attack(options(name, { epsilon: 1 }));
    if (!name.endsWith('noise') && name !== 'fgsm') expect(robustAccuracy).toBeLessThan(0.2);
  });
});

describe.each(attackNames)('at epsilon 0 the attack %s', (name) => {
  it.each([
    ['cpu', cpu],
    ['onnx', onnx],
  ])('gives all images back bit for bit, on the engine %s', async (_, engine) => {
    const { cleanAccuracy, robustAccuracy, examples } = await attack(options(name, { epsilon: 0, engine }));
    expect(robustAccuracy).toBe(cleanAccuracy);
    expect([...(examples.adversarial?.data ?? [])]).toEqual(
      [...dataset.images].map((byte) => Math.fround(byte / 255)),
    );
  });
});

describe('an attack that goes for more classes than there are', () => {
  const toys = { 2: binary, 3: threeClasses, 4: tanhNet };
  const few = (classes: 2 | 3 | 4): Partial<AttackOptions> => {
    const { inputShape } = toys[classes].model;
    const names = ['a', 'b', 'c', 'd'].slice(0, classes);
    const images = new Uint8Array(inputShape[2]);
    return {
      ...toys[classes],
      dataset: { images, labels: Int32Array.of(0), shape: inputShape, classes: names },
    };
  };

  it.each([
    ['pgd', { objective: 'dlr' }, 2, 'The DLR loss'],
    ['apgd-dlr', {}, 2, 'APGD with the DLR loss'],
    ['apgd-t', { targets: 1 }, 3, 'Targeted APGD'],
    ['autoattack', { targets: 1 }, 3, 'Targeted APGD'],
    ['apgd-t', {}, 4, 'Targeted APGD with 9 targets'],
    ['autoattack', {}, 4, 'Targeted APGD with 9 targets'],
    ['fab-t', {}, 4, 'FAB with 9 targets'],
    ['deepfool', {}, 4, 'DeepFool with 9 targets'],
  ] as const)(
    '%s with %j on %i classes is a failure by name, before any batch is done',
    async (name, settings, classes, what) => {
      for (const engine of [cpu, onnx]) {
        const seen: string[] = [];
        const run = attack({
          ...options(name, few(classes)),
          attack: createAttack({ name, epsilon: 0.1, ...settings }),
          engine,
          onProgress: ({ phase }) => seen.push(phase),
        });
        await expect(run).rejects.toMatchObject({
          reason: 'too-few-classes',
          message: expect.stringContaining(what),
        });
        expect(seen).toEqual([]);
      }
    },
  );

  it.each([
    ['fab-t', { targets: 1 }, 2],
    ['apgd-dlr', {}, 3],
    ['apgd-t', { targets: 3 }, 4],
  ] as const)('is none where there are just enough: %s with %j on %i', async (name, settings, classes) => {
    const built = createAttack({ name, epsilon: 0.1, steps: 2, ...settings });
    await expect(attack({ ...options(name, few(classes)), attack: built })).resolves.toBeDefined();
  });
});

describe('an attack that there is not', () => {
  it('is a failure that names those that there are', () => {
    expect(() => createAttack({ name: 'apgd-xe', epsilon: 0.1 })).toThrow('There is no attack apgd-xe');
    expect(() => createAttack({ name: 'pgd-0', epsilon: 0.1 })).toThrow('There is no attack pgd-0');
  });
});
