import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../../../src/engine/engine.ts';
import { apgd } from '../../../src/learn/attack/apgd.ts';
import { lookAt } from '../../../src/learn/attack/apgd-ascent.ts';
import { apgdStep } from '../../../src/learn/attack/apgd-step.ts';
import type { AttackBuilder } from '../../../src/learn/attack/attacker.ts';
import { auditPerturbation } from '../../../src/learn/attack/audit.ts';
import { targetedFab } from '../../../src/learn/attack/fab.ts';
import { fgsm } from '../../../src/learn/attack/fgsm.ts';
import { gradientStep } from '../../../src/learn/attack/gradient-step.ts';
import { none } from '../../../src/learn/attack/none.ts';
import { type PgdSettings, pgd } from '../../../src/learn/attack/pgd.ts';
import { square } from '../../../src/learn/attack/square.ts';
import { withGradients } from '../../../src/learn/loss/gradients.ts';
import type { NamedTensors } from '../../../src/learn/model/model.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32, greatestDifference } from '../calculate.ts';
import { expectSlopes } from '../finite-differences.ts';
import { binary, linear, oneHot, tanhNet, threeClasses } from '../toys.ts';
import { attacked, batchOf, objectivesAt } from './perturb.ts';

// Expected values: robustness.md, section 6, by item.

function logitsOf(x: readonly number[]): number[] {
  const [matrix, bias] = [threeClasses.weights.w?.data ?? [], threeClasses.weights.b?.data ?? []];
  return Array.from(bias, (b, k) => x.reduce((sum, value, i) => sum + value * (matrix[k * 3 + i] ?? 0), b));
}

const still = { randomStart: false } as const;

const engines = [
  ['cpu', cpu],
  ['onnx', onnx],
] as const;

describe.each(engines)('FGSM on the engine %s', (_, engine) => {
  it('moves each pixel by epsilon against the true class, and a pixel without gradient not at all (item 6)', async () => {
    const cases = [
      { epsilon: 0.1, x: [0.7, 0.4, 0.4, 0.9], f: 0.25 },
      { epsilon: 0.2, x: [0.6, 0.5, 0.3, 0.9], f: 0.075 },
      { epsilon: 0.3, x: [0.5, 0.6, 0.2, 0.9], f: -0.1 },
    ];
    for (const { epsilon, x, f } of cases) {
      const { pixels } = await attacked(fgsm({ epsilon }), binary, binary.x, [0], { engine });
      expect(binary.f(pixels)).toBeCloseTo(f, 6);
      expect(greatestDifference(pixels, x)).toBeLessThan(1e-6);
      expect(pixels[3]).toBe(Math.fround(0.9));
    }
  });

  it('has the logits and loss of item 9', async () => {
    const { pixels } = await attacked(fgsm({ epsilon: 0.1 }), threeClasses, threeClasses.x, [0], { engine });
    expect(greatestDifference(pixels, [0.8, 0.3, 0.2])).toBeLessThan(1e-6);
    expect(greatestDifference(logitsOf(pixels), [0.4, 0.5, -0.5])).toBeLessThan(1e-6);
    const lossAt = (x: readonly number[]) => objectivesAt(engine, threeClasses, x, [0], 'cross-entropy');
    expect((await lossAt(threeClasses.x))[0]).toBeCloseTo(0.68660423, 6);
    expect((await lossAt(pixels))[0]).toBeCloseTo(0.92097597, 6);
  });
});

describe.each(engines)('PGD on the engine %s', (_, engine) => {
  it('goes down by its step until the border, where it is FGSM (item 7)', async () => {
    const expected = [0.4112745, 0.397549, 0.3838235, 0.370098, 0.370098, 0.370098];
    for (const [index, f] of expected.entries()) {
      const settings = { epsilon: 8 / 255, stepSize: 2 / 255, steps: index + 1, ...still };
      const { pixels } = await attacked(pgd(settings), binary, binary.x, [0], { engine });
      expect(binary.f(pixels)).toBeCloseTo(f, 6);
    }
    const { pixels } = await attacked(fgsm({ epsilon: 8 / 255 }), binary, binary.x, [0], { engine });
    expect(binary.f(pixels)).toBeCloseTo(0.370098, 6);
  });

  it('finds the worst points of a smooth net from random starts (item 12)', async () => {
    const settings: PgdSettings = { epsilon: 0.1, steps: 30, stepSize: 0.02, restarts: 3 };
    const { pixels } = await attacked(pgd(settings), tanhNet, tanhNet.x, tanhNet.labels, { engine });
    expect(greatestDifference(pixels, tanhNet.worstPoint)).toBeLessThan(1e-5);
    const losses = await objectivesAt(engine, tanhNet, pixels, tanhNet.labels, 'cross-entropy');
    expect(greatestDifference(losses, tanhNet.worstLoss)).toBeLessThan(1e-5);
  });

  it.each(['cross-entropy', 'margin', 'dlr'] as const)(
    'of step 0 on %s, without a random start, gives the images back bit for bit (item 25)',
    async (objective) => {
      const settings: PgdSettings = { epsilon: 0.1, steps: 3, stepSize: 0, restarts: 2, ...still, objective };
      const { pixels } = await attacked(pgd(settings), tanhNet, tanhNet.x, tanhNet.labels, { engine });
      expect(pixels).toEqual(tanhNet.x.map(Math.fround));
    },
  );

  it('starts each run at another point of the ball', async () => {
    const found = async (restarts: number) => {
      const settings: PgdSettings = { epsilon: 0.1, steps: 1, stepSize: 0, restarts };
      return (await attacked(pgd(settings), tanhNet, tanhNet.x, tanhNet.labels, { engine })).pixels;
    };
    expect(await found(1)).not.toEqual(tanhNet.x.map(Math.fround));
    expect(await found(8)).not.toEqual(await found(1));
  });

  it('is not stopped by logits so large that cross entropy has no gradient, with the margin as objective (item 3)', async () => {
    const masked = linear(
      [
        [100, -200, 50],
        [50, 100, -100],
        [-100, 0, 200],
      ].map((row) => row.map((w) => w * 10)),
      [100, 0, -100],
    );
    const settings: PgdSettings = { epsilon: 0.1, steps: 5, ...still };
    const byLoss = await attacked(pgd(settings), masked, threeClasses.x, [0], { engine });
    expect(byLoss.gradientNorms?.[0]).toBe(0);
    expect(byLoss.pixels).toEqual(threeClasses.x.map(Math.fround));
    const byMargin = await attacked(pgd({ ...settings, objective: 'margin' }), masked, threeClasses.x, [0], {
      engine,
    });
    expect(greatestDifference(byMargin.pixels, [0.8, 0.3, 0.2])).toBeLessThan(1e-6);
  });
});

describe.each<[string, (epsilon: number) => AttackBuilder]>([
  ['FGSM', (epsilon) => fgsm({ epsilon })],
  ['PGD', (epsilon) => pgd({ epsilon, steps: 10, ...still })],
  ['PGD from a random start', (epsilon) => pgd({ epsilon, steps: 10, restarts: 2 })],
  ['PGD on the margin', (epsilon) => pgd({ epsilon, steps: 10, objective: 'margin' })],
  ['PGD on the DLR loss', (epsilon) => pgd({ epsilon, steps: 40, objective: 'dlr' })],
  ['APGD on cross entropy', (epsilon) => apgd({ epsilon, steps: 10, objective: 'cross-entropy' })],
  ['APGD on the DLR loss', (epsilon) => apgd({ epsilon, steps: 40, objective: 'dlr' })],
  ['Square', (epsilon) => square({ epsilon, queries: 200 })],
  ['FAB', (epsilon) => targetedFab({ epsilon, steps: 30, targets: 2 })],
])('%s', (_, attack) => {
  it('breaks a linear classifier just where its distance to the border says (item 9: 0.08)', async () => {
    const wins = async (epsilon: number) => {
      const { pixels } = await attacked(attack(epsilon), threeClasses, threeClasses.x, [0]);
      const [own = 0, other = 0] = logitsOf(pixels);
      return other > own;
    };
    expect(await wins(0.0799)).toBe(false);
    expect(await wins(0.0801)).toBe(true);
  });

  it('gives the image back bit for bit at epsilon 0 (item 25)', async () => {
    const pixels = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(pixels, async (x) => {
        expect((await attacked(attack(0), threeClasses, x, [0])).pixels).toEqual(x.map((value) => value + 0));
      }),
      { numRuns: 20 },
    );
  });

  it('stays within epsilon and [0, 1], and leaves the clean image alone', async () => {
    const cases = fc.record({
      x: fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
      epsilon: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ x, epsilon }) => {
        const batch = batchOf(threeClasses, x, [0]);
        const { images } = await attack(epsilon)({ engine: cpu, ...threeClasses }).perturb(batch);
        expect([...batch.images.data]).toEqual(x);
        auditPerturbation(x, images.data, epsilon);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses an epsilon outside [0, 1], such as 8 for 8/255', () => {
    expect(() => attack(8)).toThrow('must be in [0, 1]');
    expect(() => attack(Number.NaN)).toThrow('must be in [0, 1]');
  });
});

describe('an attack', () => {
  it('called none changes nothing', async () => {
    expect((await attacked(none, threeClasses, threeClasses.x, [0])).pixels).toEqual(
      threeClasses.x.map(Math.fround),
    );
  });

  it('follows a gradient that agrees with finite differences', async () => {
    const { model, weights, x, labels } = tanhNet;
    const clean = batchOf(tanhNet, x, labels);
    const step = gradientStep({ engine: cpu, model, weights }, 1, 'cross-entropy');
    const gradient = cpu.compile('test', ({ images, ...tensors }) => {
      if (!images) throw new Error('No images');
      const forward = () => {
        const { logits } = model.forward(tensors, images as tf.Tensor4D, 'eval');
        const picked = tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(labels, 4)));
        return { value: tf.neg(picked), results: {} };
      };
      return { gradient: withGradients(forward, { images }).gradients.images };
    });
    const found = (await gradient.run({ ...weights, images: clean.images })).gradient?.data ?? [];
    const lossesAt = async (pixels: readonly number[]) =>
      (await step.run(float32(clean.images.shape, pixels), clean, 0)).objective.reduce((a, b) => a + b, 0);
    const h = 1e-3;
    for (const index of x.keys()) {
      const moved = (by: number) => lossesAt(x.map((value, i) => (i === index ? value + by : value)));
      const difference = ((await moved(h)) - (await moved(-h))) / (2 * h);
      expect(Math.abs(difference - (found[index] ?? 0))).toBeLessThan(2e-3);
    }
    const { gradientNorms } = await step.run(clean.images, clean, 0);
    expect(gradientNorms[0]).toBeCloseTo(Math.abs(found[0] ?? 0) + Math.abs(found[1] ?? 0), 5);
  });

  it.each(['cross-entropy', 'margin', 'dlr', 'targeted-dlr', 'logit-difference'] as const)(
    'on %s has the gradient of finite differences',
    async (objective) => {
      const { x, labels } = tanhNet;
      const { images, labels: own } = batchOf(tanhNet, x, labels);
      const towards = oneHot([1, 2, 3, 0], 4);
      const step = apgdStep({ engine: cpu, ...tanhNet }, 0, objective);
      const at = (moved: HostTensor) => lookAt(step, moved, { images: moved, labels: own }, towards);
      const valueAt = async (moved: HostTensor) =>
        (await at(moved)).objective.reduce((sum, value) => sum + value, 0);
      await expectSlopes(objective, images, (await at(images)).gradient.data, valueAt, 5e-3);
    },
  );

  it('fails where a gradient is not finite, even if the loss is', async () => {
    // The square root has no derivative at 0.
    const rough = {
      ...threeClasses,
      model: {
        ...threeClasses.model,
        forward: (tensors: NamedTensors, images: tf.Tensor4D) =>
          threeClasses.model.forward(tensors, tf.sqrt(tf.square(images)), 'eval'),
      },
    };
    for (const builder of [fgsm({ epsilon: 0.1 }), pgd({ epsilon: 0.1, steps: 2, ...still })]) {
      await expect(attacked(builder, rough, [0, 0.2, 0.3], [0])).rejects.toMatchObject({
        reason: 'not-finite',
      });
    }
  });

  it('may pass epsilon by the rounding of float32 and no more: 8/255 is not 0.031 (item 24)', () => {
    const clean = Float32Array.from({ length: 248 }, (_, byte) => byte / 255);
    const far = clean.map((pixel) => pixel + 8 / 255);
    const excess = far.map((pixel, index) => pixel - (clean[index] ?? 0) - 8 / 255);
    expect(Math.max(...excess)).toBeGreaterThan(1e-8);
    expect(() => auditPerturbation(clean, far, 8 / 255)).not.toThrow();
    expect(() => auditPerturbation(clean, far, 8 / 255 - 2e-6)).toThrow('changed a pixel');
    expect(() => auditPerturbation(clean, far, 0.031)).toThrow('changed a pixel');
  });

  it('is caught when it leaves its bounds or is not finite', () => {
    expect(() => auditPerturbation([0.5], [0.5 + 0.1 + 5e-8], 0.1)).not.toThrow();
    expect(() => auditPerturbation([0.5], [0.602], 0.1)).toThrow('epsilon is 0.1');
    expect(() => auditPerturbation([0.99], [1.01], 0.1)).toThrow('left [0, 1]');
    expect(() => auditPerturbation([0.5], [Number.NaN], 0.1)).toThrow('not all finite');
    expect(() => auditPerturbation([0.5, 0.5], [0.5], 0.1)).toThrow('not all finite');
  });
});
