import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../../src/engine/engine.ts';
import { atMost, excess } from '../../../src/learn/self-check/check.ts';
import { digestOf, refuseErrors, sampleOf } from '../../../src/learn/self-check/self-check.ts';
import { onnx } from '../../engine/agree.ts';
import { tanhData } from '../attack/tanh-data.ts';
import { cpu, float32 } from '../calculate.ts';
import { tanhNet } from '../toys.ts';
import { toyModel } from '../train/toy-training.ts';
import { checked, dataset, errors, warnings, withLogits } from './checked.ts';

const stateOf = (results: Awaited<ReturnType<typeof checked>>, name: string) =>
  results.find((one) => one.name === name)?.state;

/** Logits so great that the softmax is 1 and 0 in float32. */
const scaled = withLogits((logits) => tf.mul(logits, 1e4));

describe('an honest net', () => {
  it.each([
    ['onnx', onnx],
    ['cpu', cpu],
  ])('is green under PGD on %s', async (_, engine) => {
    const results = await checked({ name: 'pgd-20' }, { engine });
    expect(results.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(results.filter(({ state }) => state === 'passed').length).toBeGreaterThan(15);
  });

  it.each([
    { name: 'none' },
    { name: 'uniform-noise' },
    { name: 'fgsm' },
    { name: 'pgd', loss: 'margin' as const },
    { name: 'pgd', randomStart: false, epsilon: 0.02 },
    { name: 'apgd-dlr', steps: 20 },
    { name: 'square', queries: 60 },
    { name: 'deepfool', targets: 2 },
  ])('is green under $name', async (settings) => {
    const results = await checked(settings);
    expect(results.filter(({ state }) => state === 'failed')).toEqual([]);
  });

  it('is green under autoattack, which has checks of its own', async () => {
    const settings = { name: 'autoattack', epsilon: 0.15, steps: 10, targets: 3, queries: 30 };
    const { model, weights } = tanhNet;
    const results = await checked(settings, { model, weights, dataset: await tanhData(24) });
    expect(results.filter(({ state }) => state === 'failed')).toEqual([]);
    for (const name of ['cascade-rising', 'cascade-incomplete', 'planted-adversarial-missed']) {
      expect([name, stateOf(results, name)]).toEqual([name, 'passed']);
    }
  });

  it('gives the same results again', async () => {
    expect(await checked({ name: 'pgd-5' })).toEqual(await checked({ name: 'pgd-5' }));
  });
});

it('examples that are wrong and have a constant DLR loss hide nothing', async () => {
  // Of another label the true class is mostly the last of three, where the loss is 1 all around.
  const labels = dataset.labels.map((label, row) => (row % 3 === 0 ? (label + 1) % 3 : label));
  const mislabelled = { ...dataset, labels };
  const results = await checked({ name: 'apgd-dlr', steps: 10 }, { dataset: mislabelled });
  expect(results.filter(({ state }) => state === 'failed')).toEqual([]);
});

describe('a model whose logits are scaled until gradients vanish', () => {
  it('is refused: attacks on cross entropy never moved an example', async () => {
    for (const name of ['fgsm', 'pgd-10']) {
      const results = await checked({ name }, { model: scaled });
      expect(errors(results)).toEqual(['only-zero-gradients']);
      expect(warnings(results)).toEqual(
        expect.arrayContaining([
          'zero-gradients',
          'cross-entropy-below-margin',
          'unbounded-attack-fails',
          'black-box-stronger',
        ]),
      );
    }
  });

  it('hides a planted adversarial example from PGD on cross entropy, and not from that on the margin', async () => {
    const hidden = await checked({ name: 'pgd-20' }, { model: scaled });
    expect(stateOf(hidden, 'planted-adversarial-missed')).toBe('failed');
    const seen = await checked({ name: 'pgd-20', loss: 'margin' }, { model: scaled });
    expect([errors(seen), warnings(seen)]).toEqual([[], []]);
  });
});

it('a model with random input is refused', async () => {
  let pass = 0;
  const model = {
    ...toyModel,
    forward(...[tensors, images, mode]: Parameters<typeof toyModel.forward>) {
      // Other noise in each pass. Only an engine that runs op by op lets a model get away with it.
      const noise = tf.randomNormal(images.shape, 0, 0.05, 'float32', pass++);
      return toyModel.forward(tensors, tf.add(images, noise), mode);
    },
  };
  for (const name of ['none', 'fgsm']) {
    expect(errors(await checked({ name }, { model, engine: cpu }))).toContain('not-deterministic');
  }
});

it('a model that gives probabilities is refused', async () => {
  const model = withLogits((logits) => tf.softmax(logits));
  for (const name of ['none', 'pgd-5']) {
    expect(errors(await checked({ name }, { model }))).toEqual(['probabilities-for-logits']);
  }
});

it('a model that looks at the other images of a batch is refused', async () => {
  const model = withLogits((logits) => tf.sub(logits, tf.mul(0.5, tf.mean(logits, 0, true))));
  expect(errors(await checked({ name: 'none' }, { model, batchSize: 10 }))).toEqual(['batch-dependent']);
});

it('a model that rounds its input has no gradient, which is refused', async () => {
  const model = {
    ...toyModel,
    forward(...[tensors, images, mode]: Parameters<typeof toyModel.forward>) {
      return toyModel.forward(tensors, tf.div(tf.round(tf.mul(images, 8)), 8), mode);
    },
  };
  const results = await checked({ name: 'pgd-5', loss: 'margin' }, { model });
  expect(errors(results)).toEqual(['only-zero-gradients']);
  expect(warnings(results)).toEqual(expect.arrayContaining(['zero-gradients', 'planted-adversarial-missed']));
});

describe('an attack that is too weak', () => {
  it('by the length of its steps does less than FGSM and noise, was still climbing and misses what is planted', async () => {
    const results = await checked({ name: 'pgd-5', stepSize: 0.002, randomStart: false });
    expect(errors(results)).toEqual([]);
    expect(warnings(results)).toEqual([
      'weaker-than-fgsm',
      'incomplete-optimisation',
      'black-box-stronger',
      'planted-adversarial-missed',
    ]);
  });
});

describe('the sample', () => {
  it('is evenly spaced, and has not as many rows as the batches of the cell', () => {
    expect(sampleOf(10, 5, 128)).toEqual([0, 2, 4, 6, 8]);
    expect(sampleOf(3, 64, 128)).toEqual([0, 1]);
    expect(sampleOf(128, 64, 64)).toHaveLength(63);
    expect(sampleOf(360, 64, 128)).toHaveLength(64);
    expect(sampleOf(1, 64, 128)).toEqual([0]);
  });

  it('has no more rows than the model is given at once', () => {
    expect(sampleOf(360, 64, 16)).toHaveLength(15);
    expect(sampleOf(100, 64, 30)).toHaveLength(30);
    expect(sampleOf(10, 64, 1)).toEqual([0]);
  });

  it('of 0 examples leaves the checks of the results', async () => {
    const results = await checked({ name: 'pgd-5' }, { examples: 0, model: scaled });
    expect(errors(results)).toEqual(['only-zero-gradients']);
    const run = results.filter(({ state }) => state !== 'skipped').map(({ name }) => name);
    expect(run).toEqual(['weights-changed', 'robust-above-clean', 'only-zero-gradients']);
    expect(results.find(({ name }) => name === 'not-deterministic')).toMatchObject({
      message: 'self-check-examples is 0',
    });
  });
});

describe('limits', () => {
  it('allow for what chance does in a small sample', () => {
    const flags = (robust: number) => Array.from({ length: 64 }, (_, row) => row < robust);
    // 9 of 64 one way: three standard errors of 9 are 9.
    expect(excess(flags(30), flags(21), 0)).toEqual({ count: 9, limit: 9 });
    expect(excess(flags(21), flags(30), 0.05)).toEqual({ count: -9, limit: 3.2 + 9 });
    expect(atMost(0.5, 64)).toBe(32 + 12);
  });
});

describe('the weights', () => {
  it('have a digest that tells values, shapes and names apart, whatever their order', () => {
    const [a, b] = [float32([2], [1, 2]), float32([1, 2], [1, 2])];
    expect(digestOf({ a, b })).toBe(digestOf({ b, a }));
    const all: Tensors[] = [{ a }, { b: a }, { a: b }, { a: float32([2], [1, 3]) }];
    expect(new Set(all.map(digestOf)).size).toBe(4);
  });
});

it('what fails is told with its figures and where to read on', async () => {
  const results = await checked({ name: 'none' }, { model: withLogits((logits) => tf.softmax(logits)) });
  expect(() => refuseErrors(results)).toThrow(
    expect.objectContaining({
      reason: 'self-check-failed',
      message: expect.stringMatching(/^probabilities-for-logits: All \d+ outputs are in \[0, 1\]/),
      hint: expect.stringContaining('docs/self-checks.md'),
    }),
  );
});
