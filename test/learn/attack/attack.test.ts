import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../../src/engine/engine.ts';
import { type AttackOptions, attack } from '../../../src/learn/attack/attack.ts';
import type { AttackBuilder } from '../../../src/learn/attack/attacker.ts';
import { createAttack } from '../../../src/learn/attack/attacks.ts';
import { fgsm } from '../../../src/learn/attack/fgsm.ts';
import { none } from '../../../src/learn/attack/none.ts';
import { pgd } from '../../../src/learn/attack/pgd.ts';
import type { Dataset } from '../../../src/learn/data/dataset.ts';
import { predictions } from '../../../src/learn/loss/accuracy.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { train } from '../../../src/learn/train/train.ts';
import { cpu, float32, greatestDifference } from '../calculate.ts';
import { attackSettings } from '../defaults.ts';
import { linear } from '../toys.ts';
import { toyData, toyModel, toyTraining } from '../train/toy-training.ts';

const { train: trainingSet, test: dataset } = toyData(96);
const { last: weights } = await train(toyTraining(standard(), { dataset: trainingSet, epochs: 6 }));
const random: AttackBuilder = pgd({ epsilon: 0.1, steps: 3, restarts: 2 });

function options(changes: Partial<AttackOptions> = {}): AttackOptions {
  return {
    engine: cpu,
    model: toyModel,
    weights,
    attack: random,
    dataset,
    batchSize: 30,
    seed: 4,
    ...changes,
  };
}

const data = (examples: Tensors, name: string) => [...(examples[name]?.data ?? [])];

describe('an evaluation under attack', () => {
  it('tells for each example whether it is right clean and under attack, what was predicted, and the losses', async () => {
    const result = await attack(options({ keepImages: true }));
    const { examples } = result;
    const [clean, robust, predicted] = ['cleanCorrect', 'robustCorrect', 'predicted'].map((n) =>
      data(examples, n),
    );
    const share = (values: readonly number[] = []) => values.reduce((a, b) => a + b, 0) / 30;
    expect(result.cleanAccuracy).toBe(share(clean));
    expect(result.robustAccuracy).toBe(share(robust));
    expect(result.cleanAccuracy).toBeGreaterThan(0.9);
    expect(result.robustAccuracy).toBeLessThan(result.cleanAccuracy);
    expect(result.zeroGradients).toBe(0);
    for (const [row, label] of dataset.labels.entries()) {
      expect(robust?.[row]).toBe(Number(predicted?.[row] === label && clean?.[row] === 1));
    }
    const losses = data(examples, 'loss');
    data(examples, 'cleanLoss').forEach((loss, row) => {
      expect(losses[row]).toBeGreaterThanOrEqual(loss - 1e-6);
    });
  });

  it('says of its images what the model says of them anew, in batches of another size', async () => {
    const { examples } = await attack(options({ keepImages: true }));
    const forward = cpu.compile('test', ({ images, ...tensors }) => {
      if (!images) throw new Error('No images');
      return { logits: toyModel.forward(tensors, images as never, 'eval').logits };
    });
    const images = data(examples, 'adversarial');
    for (const first of [0, 11, 22]) {
      const rows = images.slice(first * 36, (first + 8) * 36);
      const { logits } = await forward.run({ ...weights, images: float32([8, 6, 6, 1], rows) });
      expect([...predictions(logits ?? float32([0, 0], []))]).toEqual(
        data(examples, 'predicted').slice(first, first + 8),
      );
    }
  });

  it('never counts an example as robust that is wrong without the attack', async () => {
    // The greater of two pixels is the class; the attack would swap them and so make the wrong one right.
    const { model, weights } = linear(
      [
        [1, 0],
        [0, 1],
      ],
      [0, 0],
    );
    const swap: AttackBuilder = () => ({
      epsilon: 1,
      perturb: async ({ images }) => ({
        images: { ...images, data: Float32Array.from(images.data).reverse() },
      }),
      dispose: async () => {},
    });
    const one = {
      images: Uint8Array.of(200, 100),
      labels: Int32Array.of(1),
      shape: [1, 1, 2] as const,
      classes: ['a', 'b'],
    };
    const { examples, robustAccuracy } = await attack(
      options({ model, weights, dataset: one, attack: swap }),
    );
    expect([data(examples, 'cleanCorrect'), data(examples, 'predicted')]).toEqual([[0], [0]]);
    expect(robustAccuracy).toBe(0);
  });

  it('gives the same for any batch size', async () => {
    const expected = await attack(options({ keepImages: true }));
    for (const batchSize of [1, 7, 16, 1000]) {
      expect(await attack(options({ keepImages: true, batchSize }))).toEqual(expected);
    }
  });

  it('starts elsewhere for another seed', async () => {
    const [one, other] = [
      await attack(options({ keepImages: true })),
      await attack(options({ keepImages: true, seed: 5 })),
    ];
    expect(data(one.examples, 'adversarial')).not.toEqual(data(other.examples, 'adversarial'));
  });

  it('goes on after the last batch that was saved, to the same end', async () => {
    const saved = new Map<number, Tensors>();
    let room = 2;
    const snapshots = {
      load: async (first: number) => saved.get(first),
      save: async (first: number, results: Tensors) => {
        if (room === 0) throw new Error('killed');
        room -= 1;
        saved.set(first, results);
      },
    };
    const cut = options({ batchSize: 8, keepImages: true, snapshots });
    await expect(attack(cut)).rejects.toThrow('killed');
    expect([...saved.keys()]).toEqual([0, 8]);
    room = Number.POSITIVE_INFINITY;
    const kept = saved.get(8);
    expect(await attack(cut)).toEqual(await attack(options({ batchSize: 8, keepImages: true })));
    expect([...saved.keys()]).toEqual([0, 8, 16, 24]);
    expect(saved.get(8)).toBe(kept);
  });

  it('takes no batch of another size for its own', async () => {
    const saved = new Map<number, Tensors>();
    const snapshots = {
      load: async (first: number) => saved.get(first),
      save: async (first: number, results: Tensors) => void saved.set(first, results),
    };
    const expected = await attack(options());
    for (const batchSize of [8, 30, 8]) {
      expect(await attack(options({ batchSize, snapshots }))).toEqual(expected);
    }
  });

  it('reports its batches', async () => {
    const seen: unknown[] = [];
    await attack(
      options({
        attack: none,
        batchSize: 16,
        onProgress: ({ done, total, unit }) => seen.push([done, total, unit]),
      }),
    );
    expect(seen).toEqual([
      [1, 2, 'batch'],
      [2, 2, 'batch'],
    ]);
  });

  it('leaves the weights as they are', async () => {
    const copy = structuredClone(weights);
    await attack(options());
    expect(weights).toEqual(copy);
  });

  it('refuses weights or data that do not fit', async () => {
    await expect(attack(options({ weights: {} }))).rejects.toMatchObject({ reason: 'shape-mismatch' });
    const empty: Dataset = { ...dataset, images: new Uint8Array(), labels: new Int32Array() };
    await expect(attack(options({ dataset: empty }))).rejects.toMatchObject({ reason: 'empty-dataset' });
  });

  it('fails where the model or its gradient is not finite, which argmax and sign would hide', async () => {
    const broken = { ...weights, 'linear.bias': float32([3], [0, Number.NaN, 0]) };
    for (const builder of [none, random]) {
      const run = attack(options({ weights: broken, attack: builder }));
      await expect(run).rejects.toMatchObject({ reason: 'not-finite' });
    }
  });

  it('fails where an attack leaves its bounds', async () => {
    const cheat: AttackBuilder = () => ({
      epsilon: 0.1,
      perturb: async ({ images }) => ({
        images: { ...images, data: Float32Array.from(images.data, (x) => 1 - x) },
      }),
      dispose: async () => {},
    });
    await expect(attack(options({ attack: cheat }))).rejects.toMatchObject({ reason: 'out-of-bounds' });
  });
});

describe('accuracy under attack', () => {
  const robust = async (builder: AttackBuilder) =>
    data((await attack(options({ attack: builder }))).examples, 'robustCorrect');
  const count = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

  it('is the clean accuracy without an attack, and at epsilon 0', async () => {
    const clean = data((await attack(options())).examples, 'cleanCorrect');
    expect(await robust(none)).toEqual(clean);
    expect(await robust(fgsm({ epsilon: 0 }))).toEqual(clean);
    expect(await robust(pgd({ epsilon: 0, steps: 3 }))).toEqual(clean);
  });

  it('falls as epsilon grows, and to nothing where the attack is free', async () => {
    const counts: number[] = [];
    for (const epsilon of [0.02, 0.05, 0.1, 0.2, 1])
      counts.push(count(await robust(pgd({ epsilon, steps: 10 }))));
    expect([...counts].sort((a, b) => b - a)).toEqual(counts);
    expect(counts.at(-1)).toBe(0);
  });

  it('is no higher under more restarts, for any example', async () => {
    const once = await robust(pgd({ epsilon: 0.08, steps: 2 }));
    const often = await robust(pgd({ epsilon: 0.08, steps: 2, restarts: 5 }));
    for (const [row, value] of often.entries()) expect(value).toBeLessThanOrEqual(once[row] ?? 0);
  });

  it('under iterations is no higher than under one step', async () => {
    const single = count(await robust(fgsm({ epsilon: 0.08 })));
    expect(count(await robust(pgd({ epsilon: 0.08, steps: 10 })))).toBeLessThanOrEqual(single);
  });

  it('under the margin objective does not depend on the scale of the logits', async () => {
    const scaled: Model = {
      ...toyModel,
      forward: (...args) => {
        const output = toyModel.forward(...args);
        return { ...output, logits: output.logits.mul(8) };
      },
    };
    const settings = { name: 'pgd', epsilon: 0.05, steps: 5, loss: 'margin' } as const;
    const built = await createAttack(attackSettings(settings));
    const [one, other] = [
      await attack(options({ attack: built, keepImages: true })),
      await attack(options({ attack: built, keepImages: true, model: scaled })),
    ];
    const images = [one, other].map(({ examples }) => data(examples, 'adversarial'));
    expect(greatestDifference(images[0] ?? [], images[1] ?? [])).toBeLessThan(1e-6);
    expect(other.robustAccuracy).toBe(one.robustAccuracy);
  });
});
