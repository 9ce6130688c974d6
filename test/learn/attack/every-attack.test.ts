import { describe, expect, it } from 'vitest';
import { type AttackOptions, attack } from '../../../src/learn/attack/attack.ts';
import { attackNames } from '../../../src/learn/attack/attack-names.ts';
import { createAttack } from '../../../src/learn/attack/attacks.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu } from '../calculate.ts';
import { tanhNet } from '../toys.ts';
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

  it('finds no example robust that is wrong without it, and all others at epsilon 0, unchanged', async () => {
    const { cleanAccuracy, robustAccuracy } = await attack(options(name));
    expect(robustAccuracy).toBeLessThanOrEqual(cleanAccuracy);
    const nothing = await attack(options(name, { epsilon: 0 }));
    expect(nothing.robustAccuracy).toBe(cleanAccuracy);
    expect([...(nothing.examples.adversarial?.data ?? [])]).toEqual(
      [...dataset.images].map((byte) => Math.fround(byte / 255)),
    );
  });

  it('breaks more than four in five where it is free to, if it is an attack and not noise', async () => {
    const { robustAccuracy } = await attack(options(name, { epsilon: 1 }));
    if (!name.endsWith('noise') && name !== 'fgsm') expect(robustAccuracy).toBeLessThan(0.2);
  });
});

describe('an attack that there is not', () => {
  it('is a failure that names those that there are', () => {
    expect(() => createAttack({ name: 'apgd-xe', epsilon: 0.1 })).toThrow('There is no attack apgd-xe');
    expect(() => createAttack({ name: 'pgd-0', epsilon: 0.1 })).toThrow('There is no attack pgd-0');
  });
});
