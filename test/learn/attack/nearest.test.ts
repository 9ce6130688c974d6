import { describe, expect, it } from 'vitest';
import { attack } from '../../../src/learn/attack/attack.ts';
import type { AttackBuilder } from '../../../src/learn/attack/attacker.ts';
import { deepfool } from '../../../src/learn/attack/deepfool.ts';
import { targetedFab } from '../../../src/learn/attack/fab.ts';
import { toBorder } from '../../../src/learn/attack/fab-step.ts';
import { NearestIterates } from '../../../src/learn/attack/nearest-iterates.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { binary, oneHot, tanhNet, threeClasses } from '../toys.ts';
import { attacked, brokenAt } from './perturb.ts';

// Attacks that look for the nearest misclassified image. Expected values: robustness.md, section 6, by item.

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('FAB on the engine %s', (_, engine) => {
  it('comes down to the distance of a linear model, and not below (items 5 and 11)', async () => {
    const reached = async (steps: number) => {
      const builder = targetedFab({ epsilon: 0.3, steps, targets: 1 });
      const { pixels, distances } = await attacked(builder, binary, binary.x, [0], { engine });
      return { f: binary.f(pixels), distance: distances?.[0] ?? Number.NaN };
    };
    for (const steps of [1, 100]) {
      const { f, distance } = await reached(steps);
      expect(f).toBeLessThan(0);
      expect(distance).toBeGreaterThanOrEqual(0.24285714 - 1e-6);
      expect(distance).toBeLessThan(0.24285714 * (1 + 2e-3));
    }
  });

  it('finds the distance to the nearest of three classes (item 9)', async () => {
    const builder = targetedFab({ epsilon: 0.01, steps: 100, targets: 2 });
    const { pixels, distances } = await attacked(builder, threeClasses, threeClasses.x, [0], { engine });
    expect(distances?.[0]).toBeGreaterThanOrEqual(0.08 - 1e-6);
    expect(distances?.[0]).toBeLessThan(0.08 * (1 + 2e-3));
    // It is beyond epsilon: the clean image is given.
    expect(pixels).toEqual(threeClasses.x.map(Math.fround));
  });

  it('reports no distance below the true one of a smooth net, and comes near it (item 13)', async () => {
    const builder = targetedFab({ epsilon: 0.5, steps: 100, targets: 3 });
    const { distances } = await attacked(builder, tanhNet, tanhNet.x, tanhNet.labels, { engine });
    for (const [row, distance] of tanhNet.minDistance.entries()) {
      expect(distances?.[row]).toBeGreaterThan(distance - 1e-3);
    }
    // What the official FAB finds; the second example is hard for it.
    const official = [0.121584, 0.54159, 0.17842, 0.271542];
    for (const row of [0, 2, 3]) expect(distances?.[row]).toBeLessThan((official[row] ?? 0) + 1e-3);
    // At epsilon 0.5 it succeeds where APGD on cross entropy may not.
    expect(distances?.[1]).toBeLessThan(0.5);
  });
});

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('DeepFool on the engine %s', (_, engine) => {
  it('steps over the border of a linear model by a fiftieth (items 5 and 9)', async () => {
    const toBorder = await attacked(
      deepfool({ epsilon: 0.3, steps: 50, targets: 1 }),
      binary,
      binary.x,
      [0],
      {
        engine,
      },
    );
    expect(toBorder.distances?.[0]).toBeCloseTo(1.02 * 0.24285714, 6);
    expect(binary.f(toBorder.pixels)).toBeCloseTo(-0.02 * 0.425, 6);
    const three = deepfool({ epsilon: 0.3, steps: 50, targets: 2 });
    const { distances } = await attacked(three, threeClasses, threeClasses.x, [0], { engine });
    expect(distances?.[0]).toBeCloseTo(1.02 * 0.08, 6);
  });

  it('reports no distance below the true one of a smooth net (item 13)', async () => {
    const builder = deepfool({ epsilon: 0.5, steps: 50, targets: 3 });
    const { distances } = await attacked(builder, tanhNet, tanhNet.x, tanhNet.labels, { engine });
    for (const [row, distance] of tanhNet.minDistance.entries()) {
      expect(distances?.[row]).toBeGreaterThan(distance - 1e-3);
    }
    expect(distances?.[0]).toBeLessThan(0.15);
  });
});

describe.each<[string, (epsilon: number) => AttackBuilder]>([
  ['FAB', (epsilon) => targetedFab({ epsilon, steps: 20, targets: 3 })],
  ['DeepFool', (epsilon) => deepfool({ epsilon, steps: 50, targets: 3 })],
])('%s', (_, builder) => {
  it('gives nothing beyond epsilon', async () => {
    expect(await brokenAt(builder, -1e-3, { engine: cpu })).toEqual([false, false, false, false]);
  });

  it('finds distance 0 where the clean image is misclassified, and leaves it as it is', async () => {
    const { pixels, distances } = await attacked(builder(0.5), tanhNet, tanhNet.x.slice(0, 2), [1]);
    expect(distances?.[0]).toBe(0);
    expect(pixels).toEqual(tanhNet.x.slice(0, 2).map(Math.fround));
  });

  it('has its distances among the results of the examples', async () => {
    const dataset = {
      images: Uint8Array.of(179, 51, 51, 204),
      labels: Int32Array.of(0, 1),
      shape: [1, 1, 2] as const,
      classes: ['a', 'b', 'c', 'd'],
    };
    const options = { engine: cpu, ...tanhNet, dataset, seed: 0, keepImages: true };
    const { examples } = await attack({ ...options, attack: builder(0.6), batchSize: 1 });
    expect(examples.distance?.shape).toEqual([2]);
    for (const row of [0, 1]) {
      const changes = [2 * row, 2 * row + 1].map((index) =>
        Math.abs((examples.adversarial?.data[index] ?? 0) - (dataset.images[index] ?? 0) / 255),
      );
      const distance = examples.distance?.data[row] ?? Number.NaN;
      // DeepFool finds nothing for the second: the clean image is given.
      expect(Math.max(...changes)).toBeCloseTo(distance === Infinity ? 0 : distance, 6);
    }
  });

  it('refuses no steps, and more targets than there are other classes', () => {
    const tooFew = expect.objectContaining({ reason: 'too-few-classes' });
    expect(() => builder(0.1)({ engine: cpu, ...threeClasses })).toThrow(tooFew);
    expect(() => targetedFab({ epsilon: 0.1, steps: 0 })).toThrow('at least one step');
    expect(() => deepfool({ epsilon: 0.1, steps: 0 })).toThrow('at least one step');
  });
});

describe('the first step of FAB', () => {
  it('lands past the border of a linear model by a twentieth of the way (item 11)', () => {
    const x = Float32Array.from(binary.x);
    const landed = toBorder(x, x, Float32Array.of(-0.5, 1, -0.25, 0), -0.425);
    expect(binary.f(landed)).toBeCloseTo(-0.02125, 6);
    expect(landed[3]).toBe(x[3]);
  });
});

describe('the nearest iterates', () => {
  it('are misclassified ones, the nearest of them, and the clean image beyond epsilon', () => {
    const clean = { images: float32([2, 1, 1, 1], [0, 0.5]), labels: oneHot([0, 1], 2) };
    const nearest = new NearestIterates(clean);
    expect([...nearest.distances]).toEqual([Infinity, Infinity]);
    expect(nearest.consider([0, 1], Float32Array.of(0.5, 0.75), Int32Array.of(1, 1))).toEqual([true, false]);
    expect(nearest.consider([0, 1], Float32Array.of(0.75, 1), Int32Array.of(1, 0))).toEqual([true, true]);
    expect([...nearest.distances]).toEqual([0.5, 0.5]);
    expect([...nearest.within(0.5).data]).toEqual([0.5, 1]);
    expect([...nearest.within(0.4).data]).toEqual([0, 0.5]);
  });
});
