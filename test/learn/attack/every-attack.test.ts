import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../src/failure.ts';
import { type AttackOptions, attack } from '../../../src/learn/attack/attack.ts';
import { attacks, createAttack } from '../../../src/learn/attack/attacks.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu } from '../calculate.ts';
import { attackSettings } from '../defaults.ts';
import { binary, tanhNet, threeClasses } from '../toys.ts';
import { tanhData } from './tanh-data.ts';

// What holds of any attack. Each keeps to its bounds, too: `attack` fails where one does not.

const dataset = await tanhData(24);

const attackNames = Object.keys(attacks);

async function options(
  name: string,
  changes: Partial<AttackOptions> & { epsilon?: number } = {},
): Promise<AttackOptions> {
  const { epsilon = 0.15, ...others } = changes;
  const settings = { name, epsilon, steps: 12, restarts: 2, targets: 3, queries: 40 };
  const base = { engine: cpu, ...tanhNet, dataset, batchSize: 24, seed: 4, keepImages: true };
  return { ...base, attack: await createAttack(attackSettings(settings)), ...others };
}

describe.each(attackNames.filter((name) => name !== 'none'))('the attack %s', (name) => {
  it('gives the same bytes again, in batches of any size', async () => {
    const expected = await attack(await options(name));
    expect(await attack(await options(name))).toEqual(expected);
    for (const batchSize of [1, 7])
      expect(await attack(await options(name, { batchSize }))).toEqual(expected);
  });

  it('gives the same bytes again on the compiled engine', async () => {
    const run = async () => attack(await options(name, { engine: onnx }));
    expect(await run()).toEqual(await run());
  });

  it('finds no example robust that is wrong without it', async () => {
    const { cleanAccuracy, robustAccuracy } = await attack(await options(name));
    expect(robustAccuracy).toBeLessThanOrEqual(cleanAccuracy);
  });

  it('breaks more than four in five where it is free to, if it is an attack and not noise', async () => {
    const { robustAccuracy } = await attack(await options(name, { epsilon: 1 }));
    if (!name.endsWith('noise') && name !== 'fgsm') expect(robustAccuracy).toBeLessThan(0.2);
  });
});

describe.each(attackNames)('at epsilon 0 the attack %s', (name) => {
  it.each([
    ['cpu', cpu],
    ['onnx', onnx],
  ])('gives all images back bit for bit, on the engine %s', async (_, engine) => {
    const { cleanAccuracy, robustAccuracy, examples } = await attack(
      await options(name, { epsilon: 0, engine }),
    );
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
    ['pgd', { loss: 'dlr' }, 2, 'The DLR loss'],
    ['apgd-dlr', {}, 2, 'APGD with the DLR loss'],
    ['apgd-t', { targets: 2 }, 2, 'Write targets: 1, or leave it out.'],
    ['autoattack', { targets: 3 }, 3, 'Write targets: 2, or leave it out.'],
    ['fab-t', { targets: 9 }, 4, 'Write targets: 3, or leave it out.'],
    ['deepfool', { targets: 4 }, 4, 'Write targets: 3, or leave it out.'],
  ] as const)(
    '%s with %j on %i classes is a failure that names the remedy, before any batch is done',
    async (name, settings, classes, words) => {
      for (const engine of [cpu, onnx]) {
        const seen: string[] = [];
        const run = attack({
          ...(await options(name, few(classes))),
          attack: await createAttack(attackSettings({ name, epsilon: 0.1, ...settings })),
          engine,
          onProgress: ({ phase }) => seen.push(phase),
        });
        const failure = await run.catch((error: unknown) => error);
        expect(failure).toMatchObject({ reason: 'too-few-classes' });
        const { message, hint } = failure as Failure;
        expect(`${message} ${hint}`).toContain(words);
        expect(seen).toEqual([]);
      }
    },
  );

  it.each(
    ['autoattack', 'apgd-t', 'fab-t', 'deepfool'].flatMap((name) =>
      ([2, 3, 4] as const).map((classes) => [name, classes] as const),
    ),
  )('takes all others where nothing is said: %s on %i classes', async (name, classes) => {
    const settings = attackSettings({ name, epsilon: 0.1, steps: 2, queries: 2 });
    const all = attackSettings({ ...settings, targets: classes - 1 });
    const run = async (one: typeof settings) =>
      attack({ ...(await options(name, few(classes))), attack: await createAttack(one) });
    expect(await run(settings)).toEqual(await run(all));
  });

  it.each([cpu, onnx])('breaks what can be broken, with two and with three classes', async (engine) => {
    for (const classes of [2, 3] as const) {
      for (const name of ['autoattack', 'apgd-t', 'fab-t']) {
        const settings = attackSettings({ name, epsilon: 1, steps: 10, queries: 2 });
        const given = {
          ...(await options(name, few(classes))),
          attack: await createAttack(settings),
          engine,
        };
        expect([name, classes, (await attack(given)).robustAccuracy]).toEqual([name, classes, 0]);
      }
    }
  });
});
