import { describe, expect, it } from 'vitest';
import { auditPerturbation } from '../../../src/learn/attack/audit.ts';
import { fastAt } from '../../../src/learn/train/fast-at.ts';
import { innerMaximisation } from '../../../src/learn/train/inner-maximisation.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { train } from '../../../src/learn/train/train.ts';
import { cpu, float32, greatestDifference } from '../calculate.ts';
import { fastAtDefaults } from '../defaults.ts';
import { oneHot, threeClasses } from '../toys.ts';
import { prepared, random, toy } from './method-loss.ts';
import { learned, toyModel, toyTraining } from './toy-training.ts';

describe('fast adversarial training', () => {
  it('has the published values as its defaults, the step 10/255', () => {
    expect(fastAtDefaults).toEqual({
      epsilon: 8 / 255,
      fastStep: 1.25,
      randomStart: true,
      batchNorm: 'train',
    });
    expect(fastAtDefaults.epsilon * fastAtDefaults.fastStep).toBeCloseTo(10 / 255, 12);
  });

  it('takes one step of 1.25 epsilon along the sign of the gradient, from a uniform start, then into the ball', async () => {
    const { model, weights, x } = threeClasses;
    const method = fastAt({ ...fastAtDefaults, epsilon: 0.1 })({ engine: cpu, model });
    const given = { weights, batch: { images: float32([1, 1, 1, 3], x), labels: oneHot([0], 3) } };
    const noise = random('inner-maximisation').uniform(3, -0.1, 0.1);
    // The gradient of item 9 has the signs -, +, -, in the whole ball.
    const expected = [-1, 1, -1].map((sign, index) => {
      const start = (x[index] ?? 0) + (noise[index] ?? 0) + 0.125 * sign;
      return Math.min(Math.max(start, (x[index] ?? 0) - 0.1), (x[index] ?? 0) + 0.1);
    });
    expect(greatestDifference((await prepared(method, given)).images.data, expected)).toBeLessThan(1e-6);
  });

  it('of epsilon 0 is standard training', async () => {
    const still = fastAt({ ...fastAtDefaults, epsilon: 0 });
    const attacked = await train(toyTraining(still));
    expect(learned(attacked)).toEqual(learned(await train(toyTraining(standard()))));
  });

  it('is validated by PGD-10 and not by its own single step', async () => {
    const method = fastAt({ ...fastAtDefaults, epsilon: 0.2 })({ engine: cpu, model: toyModel });
    const found = await method.prepareValidation?.(toy.batch, { weights: async () => toy.weights, random });
    auditPerturbation(toy.batch.images.data, found?.images.data ?? [], 0.2);
    const inner = { epsilon: 0.2, stepSize: 0.05, steps: 10, randomStart: true, batchNorm: 'eval' } as const;
    const expected = innerMaximisation(cpu, toyModel, inner);
    expect(found?.images).toEqual(await expected.run(toy.weights, toy.batch, random('inner-maximisation')));
  });
});
