import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../../src/engine/engine.ts';
import { type AttackOptions, attack } from '../../../src/learn/attack/attack.ts';
import { attacks, createAttack } from '../../../src/learn/attack/attacks.ts';
import { rowsAt } from '../../../src/learn/attack/batch-rows.ts';
import { fgsm } from '../../../src/learn/attack/fgsm.ts';
import type { Dataset } from '../../../src/learn/data/dataset.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { attackSettings } from '../defaults.ts';
import { linear, tanhNet, threeClasses } from '../toys.ts';
import { tanhData } from './tanh-data.ts';

const dataset = await tanhData(24);
/** As the tanh net, but with other borders. */
const other = {
  model: tanhNet.model,
  weights: { ...tanhNet.weights, b2: float32([4], [0.4, 0.1, -0.2, 0.2]) },
};

async function options(name: string, changes: Partial<AttackOptions> = {}): Promise<AttackOptions> {
  const settings = { name, epsilon: 0.12, steps: 12, restarts: 2, targets: 3, queries: 40 };
  const base = { engine: cpu, ...tanhNet, dataset, batchSize: 10, seed: 4, keepImages: true };
  return { ...base, attack: await createAttack(attackSettings(settings)), ...changes };
}

const values = (examples: Tensors, name: string) => [...(examples[name]?.data ?? [])];

describe.each(Object.keys(attacks))('%s on a surrogate', (name) => {
  it.each([
    ['cpu', cpu],
    ['onnx', onnx],
  ])('that is the model itself is the plain attack, bit for bit, on the engine %s', async (_, engine) => {
    const plain = await attack(await options(name, { engine }));
    const { surrogateAccuracy, examples, ...rest } = await attack(
      await options(name, { engine, surrogate: tanhNet }),
    );
    const { surrogateCorrect, surrogateLoss, ...shared } = examples;
    expect({ ...rest, examples: shared }).toEqual(plain);
    expect(surrogateAccuracy).toBe(plain.robustAccuracy);
    expect([surrogateCorrect, surrogateLoss]).toEqual([plain.examples.robustCorrect, plain.examples.loss]);
  });

  it('makes the images that it makes there, whatever model they are shown to', async () => {
    const there = await attack(await options(name, other));
    const { examples, surrogateAccuracy } = await attack(await options(name, { surrogate: other }));
    // An image that the surrogate alone misclassifies is attacked only here: the model may be right about it.
    const right = [...values(there.examples, 'cleanCorrect').keys()].filter(
      (row) => there.examples.cleanCorrect?.data[row] === 1,
    );
    const images = ({ adversarial }: Tensors) => rowsAt(adversarial ?? float32([0], []), right);
    expect(right.length).toBeGreaterThan(12);
    expect(images(examples)).toEqual(images(there.examples));
    expect(surrogateAccuracy).toBe(there.robustAccuracy);
    expect(values(examples, 'surrogateCorrect')).toEqual(values(there.examples, 'robustCorrect'));
  });
});

/** The greater of two pixels is the class; the model sees the first two of three pixels alone, others other ones. */
const seeing = (first: number, second: number) =>
  linear(
    [first, second].map((seen) => [0, 1, 2].map((pixel) => Number(pixel === seen))),
    [0, 0],
  );
const pixels: Dataset = {
  images: Uint8Array.of(150, 100, 100, 100, 150, 150, 100, 150, 100),
  labels: Int32Array.of(0, 1, 0),
  shape: [1, 1, 3],
  classes: ['a', 'b'],
};

describe('a transfer attack', () => {
  const step = async (surrogate: AttackOptions['surrogate']) =>
    attack(
      await options('fgsm', {
        ...seeing(0, 1),
        attack: fgsm({ epsilon: 40 / 255 }),
        dataset: pixels,
        surrogate,
      }),
    );

  it('tells that the surrogate was fooled where the model was not', async () => {
    // All that the model and this surrogate share is the first pixel, and 110 is still the greater by 10.
    const { cleanAccuracy, robustAccuracy, surrogateAccuracy } = await step(seeing(0, 2));
    expect([cleanAccuracy, robustAccuracy, surrogateAccuracy]).toEqual([2 / 3, 2 / 3, 0]);
    expect((await step(seeing(0, 1))).robustAccuracy).toBe(0);
  });

  it('finds an example robust that is right clean and on the transferred image, and no other', async () => {
    // Towards the border of this surrogate the third example becomes right for the model: it is wrong clean.
    const backwards = seeing(1, 0);
    const { examples, robustAccuracy } = await step(backwards);
    expect(values(examples, 'cleanCorrect')).toEqual([1, 1, 0]);
    expect(values(examples, 'predicted')).toEqual([0, 1, 0]);
    expect(values(examples, 'robustCorrect')).toEqual([1, 1, 0]);
    expect(robustAccuracy).toBe(2 / 3);
  });

  it('of a cascade goes on while the surrogate withstands, whether the model does or not', async () => {
    const { after: there } = await attack(await options('autoattack', other));
    const sizes: number[] = [];
    const { after: here } = await attack(
      await options('autoattack', {
        surrogate: other,
        snapshots: {
          load: async () => undefined,
          save: async (_, { predicted }, member) => {
            sizes[member] = (sizes[member] ?? 0) + (predicted?.shape[0] ?? 0);
          },
        },
      }),
    );
    expect(here?.map(({ name }) => name)).toEqual(there?.map(({ name }) => name));
    expect(sizes.slice(1)).toEqual(there?.slice(0, -1).map((one) => Math.round(24 * one.robustAccuracy)));
  });

  it('goes on after the last batch that was saved, to the same end', async () => {
    const saved = new Map<string, Tensors>();
    let room = 4;
    const snapshots = {
      load: async (first: number, member: number) => saved.get(`${member} ${first}`),
      save: async (first: number, results: Tensors, member: number) => {
        if (room === 0) throw new Error('killed');
        room -= 1;
        saved.set(`${member} ${first}`, results);
      },
    };
    const cut = await options('autoattack', { surrogate: other, snapshots });
    await expect(attack(cut)).rejects.toThrow('killed');
    room = Number.POSITIVE_INFINITY;
    expect(await attack(cut)).toEqual(await attack(await options('autoattack', { surrogate: other })));
  });

  it('refuses a surrogate of other classes, other images, or weights that are not its own', async () => {
    const misfit = async (surrogate: AttackOptions['surrogate']) =>
      attack(await options('fgsm', { surrogate }));
    const shape = [1, 1, 3] as const;
    const cases = [threeClasses, { ...tanhNet, model: { ...tanhNet.model, inputShape: shape } }];
    for (const surrogate of cases) {
      await expect(misfit(surrogate)).rejects.toMatchObject({
        reason: 'shape-mismatch',
        message: expect.stringContaining('The surrogate toy takes images [1,1,3]'),
      });
    }
    const fewer = { ...tanhNet, model: { ...tanhNet.model, classes: 3 } };
    await expect(misfit(fewer)).rejects.toMatchObject({ message: expect.stringContaining('of 3 classes') });
    await expect(misfit({ model: tanhNet.model, weights: {} })).rejects.toMatchObject({
      reason: 'shape-mismatch',
    });
  });
});
