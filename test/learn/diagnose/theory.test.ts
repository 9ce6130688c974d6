import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { type Dataset, select } from '../../../src/learn/data/dataset.ts';
import { bound } from '../../../src/learn/diagnose/bound.ts';
import { theory } from '../../../src/learn/diagnose/theory.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { onnx, relativeDifference } from '../../engine/agree.ts';
import { cpu, greatestDifference } from '../calculate.ts';
import { usedWeights } from '../families.ts';
import { binary, linear } from '../toys.ts';
import { shape, toyData, toyModel } from '../train/toy-training.ts';

/** Images of one pixel with four channels, far enough from black and white for a step of 0.1; classes 0 and 1. */
const dataset: Dataset = {
  shape: [1, 1, 4],
  classes: ['0', '1'],
  images: Uint8Array.from([204, 51, 102, 178, 64, 153, 128, 77, 102, 102, 204, 153]),
  labels: Int32Array.from([0, 1, 0]),
};
const images = [0, 1, 2].map((row) =>
  [...dataset.images.subarray(4 * row, 4 * row + 4)].map((byte) => byte / 255),
);
const signs = [1, -1, 1]; // of the logit difference f where it is right

const other = {
  ...linear(
    [
      [-0.3, -0.8, 0.4, 0.2],
      [0, 0, 0, 0],
    ],
    [0.1, 0],
  ),
  f: ([a = 0, b = 0, c = 0, d = 0]: number[]) => -0.3 * a - 0.8 * b + 0.4 * c + 0.2 * d + 0.1,
};
const epsilon = 0.1;

const options = {
  dataset,
  attack: { epsilon, steps: 10 },
  distance: 'kl',
  alpha: 1,
  seed: 3,
  batchSize: 2,
} as const;

const sigmoid = (f: number) => 1 / (1 + Math.exp(-f));
const loss = (f: number, sign: number) => Math.log1p(Math.exp(-sign * f));
const divergence = (p: number, q: number) => p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s, the parts of the bound', (_, engine: Engine) => {
  it('are those of the formulas for linear nets', async () => {
    const found = await theory({ engine, student: binary, teacher: other, ...options });
    const expectNear = (name: string, values: readonly number[]) =>
      expect(greatestDifference(found[name]?.data ?? [], values), name).toBeLessThan(2e-6);
    const [student, teacher] = [images.map(binary.f), images.map(other.f)];
    const lossesOf = (values: number[]) => values.map((f, row) => loss(f, signs[row] ?? 0));
    expectNear('student-natural', lossesOf(student));
    expectNear('teacher-natural', lossesOf(teacher));
    // The worst point of the ball is a corner, and takes epsilon times the l1 norm of the weights from the margin.
    const worst = (values: number[], norm: number) =>
      values.map((f, row) => f - (signs[row] ?? 0) * epsilon * norm);
    expectNear('student-adversarial', lossesOf(worst(student, 1.75)));
    expectNear('teacher-adversarial', lossesOf(worst(teacher, 1.7)));
    const apart = (a: number[], b: number[]) =>
      a.map((p, row) => divergence(sigmoid(p), sigmoid(b[row] ?? 0)));
    expectNear('clean', apart(teacher, student));
    const corner = images.map((image, row) =>
      image.map((pixel, k) => pixel - (signs[row] ?? 0) * epsilon * Math.sign([0.5, -1, 0.25, 0][k] ?? 0)),
    );
    // The student does not see the last channel: PGD leaves it where it began.
    const reach = 0.2 * epsilon;
    const atCorner = corner.map((image) => [other.f(image) - reach, other.f(image) + reach]);
    for (const [row, [low = 0, high = 0]] of atCorner.entries()) {
      const f = binary.f(corner[row] ?? []);
      const at = (g: number) => divergence(sigmoid(g), sigmoid(f));
      const least = (f - low) * (f - high) < 0 ? 0 : Math.min(at(low), at(high));
      const value = found.adversarial?.data[row] ?? Number.NaN;
      expect(value).toBeGreaterThanOrEqual(least - 2e-6);
      expect(value).toBeLessThanOrEqual(Math.max(at(low), at(high)) + 2e-6);
    }
  });

  it('have no distance where the student is its teacher, and then the slack is what it loses under attack', async () => {
    const found = await theory({ engine, student: binary, teacher: binary, ...options });
    const means = Object.fromEntries(
      Object.entries(found).map(([name, { data }]) => [name, [...data].reduce((a, b) => a + b, 0) / 3]),
    );
    const values = bound(means);
    for (const name of ['distance-clean', 'distance-mix', 'distance-adversarial'] as const)
      expect(values[name]).toBe(0);
    expect(values.slack).toBeLessThan(-0.05);
    expect(values.slack).toBe(values['student-natural-loss'] - values['student-adversarial-loss']);
    expect(values['slack-with-teacher']).toBeCloseTo(0, 12);
  });

  it('are at mixed images those between two examples, and at clean ones without mixing', async () => {
    const at = async (alpha: number) => {
      const found = await theory({
        engine,
        student: binary,
        teacher: other,
        ...options,
        distance: 'l2',
        alpha,
      });
      return found;
    };
    const [mixed, plain] = [await at(1), await at(0)];
    // Softmax outputs of two classes: √2 times the distance of one probability.
    const apart = (points: number[][]) =>
      points.map((x) => Math.SQRT2 * Math.abs(sigmoid(binary.f(x)) - sigmoid(other.f(x))));
    expect(plain.mix).toEqual(plain.clean);
    expect(mixed.clean).toEqual(plain.clean);
    // Partner and λ from the streams of their names; then the formula of a linear net.
    const partners = stream(options.seed, 'theory/partners').permutation(3);
    expect([...partners].some((partner, row) => partner !== row)).toBe(true);
    const between = images.map((image, row) => {
      const lambda = stream(options.seed, 'theory/mixup', row).beta(1, 1);
      const partner = images[partners[row] ?? -1] ?? [];
      return image.map((pixel, k) => lambda * pixel + (1 - lambda) * (partner[k] ?? Number.NaN));
    });
    expect(greatestDifference(mixed.mix?.data ?? [], apart(between))).toBeLessThan(1e-6);
    expect(greatestDifference(plain.clean?.data ?? [], apart(images))).toBeLessThan(1e-6);
  });
});

describe('the parts of the bound, of residual networks', () => {
  const teacherNet = createModel('resnet-8-w3', { inputShape: shape, classes: 3 });
  const nets = {
    student: { model: toyModel, weights: usedWeights(toyModel) },
    teacher: { model: teacherNet, weights: usedWeights(teacherNet, 2) },
  };
  // 29 = 10 + 10 + 9: the last batch is smaller.
  const dataset = select(
    toyData().test,
    Array.from({ length: 29 }, (_, index) => index),
  );
  const settings = { ...options, ...nets, dataset, attack: { epsilon: 0.02, steps: 1 } };

  it('agree on two engines, do not depend on the batch size, and come out the same twice', async () => {
    const [a, b] = [
      await theory({ ...settings, engine: onnx, batchSize: 30 }),
      await theory({ ...settings, engine: onnx, batchSize: 30 }),
    ];
    expect(a).toEqual(b);
    const others = [
      await theory({ ...settings, engine: cpu, batchSize: 30 }),
      await theory({ ...settings, engine: onnx, batchSize: 11 }),
    ];
    for (const found of others)
      for (const name of ['student-natural', 'teacher-natural', 'clean', 'mix'])
        expect(
          relativeDifference(found[name], a[name] ?? { shape: [], data: new Float32Array() }),
          name,
        ).toBeLessThan(1e-4);
  });

  it('are taken from snapshots where those are', async () => {
    const saved = new Map<number, Awaited<ReturnType<typeof theory>>>();
    const snapshots = {
      load: async (first: number) => saved.get(first),
      save: async (first: number, results: Awaited<ReturnType<typeof theory>>) =>
        void saved.set(first, results),
    };
    const whole = await theory({ ...settings, engine: onnx, batchSize: 10, snapshots });
    saved.delete(10);
    expect(await theory({ ...settings, engine: onnx, batchSize: 10, snapshots })).toEqual(whole);
    expect(saved.size).toBe(3);
  });
});
