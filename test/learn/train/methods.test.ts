import { describe, expect, it } from 'vitest';
import { auditPerturbation } from '../../../src/learn/attack/audit.ts';
import { toBatch } from '../../../src/learn/data/batch.ts';
import { initialise } from '../../../src/learn/model/init.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { type InnerSettings, innerMaximisation } from '../../../src/learn/train/inner-maximisation.ts';
import { mix, mixBatch, mixup } from '../../../src/learn/train/mixup.ts';
import { pgdAt } from '../../../src/learn/train/pgd-at.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { train } from '../../../src/learn/train/train.ts';
import { cpu, float32, greatestDifference } from '../calculate.ts';
import { oneHot, tanhNet, threeClasses } from '../toys.ts';
import { learned, toyData, toyModel, toyTraining } from './toy-training.ts';

describe('mixup', () => {
  it('mixes rows by λ with those of another order (robustness.md, section 6, item 19)', () => {
    const { data } = mix(float32([2, 2], [1, 0, 0, 2]), Int32Array.of(1, 0), 0.3);
    expect(greatestDifference(data, [0.3, 1.4, 0.7, 0.6])).toBeLessThan(1e-7);
  });

  it('mixes images and labels alike, and keeps images in [0, 1] and labels of sum 1', () => {
    const batch = toBatch(toyData().train, [0, 1, 2, 3]);
    const mixed = mixBatch(batch, 1, stream(0, 'mixup'));
    const random = stream(0, 'mixup');
    const lambda = random.beta(1, 1);
    const order = random.permutation(4);
    expect(mixed.images).toEqual(mix(batch.images, order, lambda));
    expect(mixed.labels).toEqual(mix(batch.labels, order, lambda));
    expect(Math.min(...mixed.images.data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...mixed.images.data)).toBeLessThanOrEqual(1);
    for (let row = 0; row < 4; row += 1) {
      const sum = [0, 1, 2].reduce((total, k) => total + (mixed.labels.data[3 * row + k] ?? 0), 0);
      expect(sum).toBeCloseTo(1, 6);
    }
  });

  it('of alpha 0 is standard training', async () => {
    expect(await train(toyTraining(mixup({ alpha: 0 })))).toEqual(await train(toyTraining(standard())));
  });
});

describe('the inner maximisation', () => {
  const settings: InnerSettings = {
    epsilon: 0.1,
    stepSize: 0.02,
    steps: 30,
    randomStart: true,
    batchNorm: 'eval',
  };

  it('finds the worst points of a smooth net (robustness.md, section 6, item 12)', async () => {
    const images = float32([4, 1, 1, 2], tanhNet.x);
    const batch = { images, labels: oneHot(tanhNet.labels, 4) };
    const found = await innerMaximisation(cpu, tanhNet.model, settings).run(
      tanhNet.weights,
      batch,
      stream(0, 'test'),
    );
    expect(greatestDifference(found.data, tanhNet.worstPoint)).toBeLessThan(1e-5);
    expect([...images.data]).toEqual(tanhNet.x.map(Math.fround));
  });

  it('gives the images back bit for bit at epsilon 0', async () => {
    const batch = { images: float32([1, 1, 1, 3], threeClasses.x), labels: oneHot([0], 3) };
    const inner = innerMaximisation(cpu, threeClasses.model, { ...settings, epsilon: 0 });
    expect((await inner.run(threeClasses.weights, batch, stream(0, 'test'))).data).toEqual(batch.images.data);
  });

  it('starts at a random point of the ball if asked', async () => {
    const batch = { images: float32([1, 1, 1, 3], threeClasses.x), labels: oneHot([0], 3) };
    const start = async (randomStart: boolean, name: string) => {
      const inner = innerMaximisation(cpu, threeClasses.model, { ...settings, stepSize: 0, randomStart });
      return (await inner.run(threeClasses.weights, batch, stream(0, name))).data;
    };
    expect(await start(false, 'one')).toEqual(batch.images.data);
    const one = await start(true, 'one');
    expect(one).not.toEqual(batch.images.data);
    expect(one).not.toEqual(await start(true, 'other'));
    auditPerturbation(batch.images.data, one, 0.1);
  });

  it('keeps to its bounds on a net with batch norm, in either mode', async () => {
    const weights = initialise([...toyModel.parameters, ...toyModel.state], 1);
    const batch = toBatch(toyData().train, [0, 1, 2, 3, 4, 5]);
    for (const batchNorm of ['eval', 'train'] as const) {
      const inner = innerMaximisation(cpu, toyModel, { ...settings, steps: 3, batchNorm });
      const found = await inner.run(weights, batch, stream(0, 'test'));
      auditPerturbation(batch.images.data, found.data, 0.1);
      expect(found.data).not.toEqual(batch.images.data);
    }
  });
});

describe('adversarial training', () => {
  it('of epsilon 0 is standard training', async () => {
    const still = { epsilon: 0, stepSize: 0.1, steps: 1, randomStart: true, batchNorm: 'eval' } as const;
    const attacked = await train(toyTraining(pgdAt(still)));
    expect(learned(attacked)).toEqual(learned(await train(toyTraining(standard()))));
  });

  it('chooses the best epoch by accuracy under attack, in eval mode', async () => {
    const inner = { epsilon: 0.2, stepSize: 0.1, steps: 3, randomStart: true, batchNorm: 'train' } as const;
    const method = pgdAt(inner)({ engine: cpu, model: toyModel });
    const weights = initialise([...toyModel.parameters, ...toyModel.state], 1);
    const batch = toBatch(toyData().test, [0, 1, 2, 3]);
    const context = { weights: async () => weights, random: (name: string) => stream(0, name) };
    const attacked = await method.prepareValidation?.(batch, context);
    const expected = innerMaximisation(cpu, toyModel, { ...inner, batchNorm: 'eval' });
    expect(attacked?.images).toEqual(
      await expected.run(weights, batch, context.random('inner-maximisation')),
    );
    expect(attacked?.labels).toEqual(batch.labels);
  });
});
