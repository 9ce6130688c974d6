import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { toAttackBatch } from '../../../src/learn/attack/attack-batch.ts';
import type { Dataset } from '../../../src/learn/data/dataset.ts';
import { Allowance } from '../../../src/learn/self-check/allowance.ts';
import { epsilonCurveRises } from '../../../src/learn/self-check/curve.ts';
import { Probe } from '../../../src/learn/self-check/probe.ts';
import { onnx } from '../../engine/agree.ts';
import { attackSettings, type GivenAttack } from '../defaults.ts';
import { landscape } from '../toys.ts';
import { checked, errors, warnings } from './checked.ts';

// Models of one pixel, of which it is known where an attack that starts at 0.5 goes within 0.1.

/** 90 images of one pixel, of the first class. @param bytes of which each image has one, in turns */
function pixels(...bytes: number[]): Dataset {
  const images = Uint8Array.from({ length: 90 }, (_, row) => bytes[row % bytes.length] ?? 0);
  return { images, labels: new Int32Array(90), shape: [1, 1, 1], classes: ['right', 'wrong'] };
}

function checkedOn(f: (t: tf.Tensor2D) => tf.Tensor, settings: GivenAttack, dataset = pixels(127, 128)) {
  return checked(settings, { ...landscape(f), dataset, batchSize: 128 });
}

/** Wrong in a band around a point, and right on both sides of it, where gradients lead back to it. */
const band = (t: tf.Tensor2D) => tf.sub(tf.abs(tf.sub(t, 0.54)), 0.02);
/** Wrong above 0.55. */
const slope = (t: tf.Tensor2D) => tf.sub(0.55, t);

it('steps that end before the border warn that more of them help', async () => {
  const settings = { name: 'pgd', steps: 5, randomStart: false };
  expect(warnings(await checkedOn(slope, { ...settings, stepSize: 0.008 }))).toContain('more-steps-help');
  expect(warnings(await checkedOn(slope, { ...settings, stepSize: 0.02 }))).not.toContain('more-steps-help');
});

it('a way that only some starts lead to warns that more restarts help, but not an attack that has them', async () => {
  // Below 0.53 it leads down to a place that is right.
  const pass = (t: tf.Tensor2D) => {
    const right = tf.relu(tf.sub(t, 0.53));
    const left = tf.mul(0.1, tf.relu(tf.sub(0.53, t)));
    return tf.sub(0.04, tf.add(right, left));
  };
  expect(warnings(await checkedOn(pass, { name: 'pgd-10' }))).toContain('more-restarts-help');
  const again = await checkedOn(pass, { name: 'pgd-10', restarts: 5 });
  expect(again.find(({ name }) => name === 'more-restarts-help')?.state).toBe('skipped');
  // Twice the steps from all of its starts break whatever it broke.
  const more = again.find(({ name }) => name === 'more-steps-help');
  expect(more).toMatchObject({ state: 'passed', measured: expect.toSatisfy((net) => net >= 0) });
});

it('steps that grow with epsilon until they jump over all that is wrong warn that the curve rises', async () => {
  expect(warnings(await checkedOn(band, { name: 'pgd-20' }))).toContain('epsilon-curve-rises');
});

it('predictions that change from point to point warn', async () => {
  const rough = (t: tf.Tensor2D) => tf.add(0.5, tf.sin(tf.mul(t, 900)));
  expect(warnings(await checkedOn(rough, { name: 'pgd-20' }))).toContain('unstable-predictions');
  expect(warnings(await checkedOn(slope, { name: 'pgd-20' }, pixels(90, 100)))).toEqual([]);
});

it('one step that breaks nothing where many break three in eight warns of the gap', async () => {
  const some = pixels(127, 127, 127, 250, 250, 250, 250, 250); // what is far from the band is robust
  expect(warnings(await checkedOn(band, { name: 'pgd-20' }, some))).toContain('implausible-gap');
});

it('losses that are not finite outside of epsilon warn, and leave the attack its numbers', async () => {
  // The root of what is below 0, for pixels above 0.65.
  const cliff = (t: tf.Tensor2D) => tf.sqrt(tf.sub(0.65, t));
  const results = await checkedOn(cliff, { name: 'pgd-20' });
  expect(errors(results)).toEqual([]);
  expect(results.find(({ name }) => name === 'epsilon-curve-rises')).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('not all finite'),
  });
});

it('what one step misses and many find is no sign of hidden gradients', async () => {
  // FGSM jumps over the band that random squares and noise fall into.
  const results = warnings(await checkedOn(band, { name: 'fgsm' }));
  expect(results).not.toContain('black-box-stronger');
});

it('an attack on a loss that the probes do not climb is not asked for more steps or restarts of another one', async () => {
  const results = await checked({ name: 'pgd-5', loss: 'dlr' });
  for (const name of ['more-steps-help', 'incomplete-optimisation', 'more-restarts-help']) {
    expect(results.find((one) => one.name === name)).toMatchObject({
      state: 'skipped',
      message: 'the probes do not support the loss dlr',
    });
  }
});

it('how far a loss still had to go is told of eight robust examples or more', async () => {
  const found = async (examples: number) => {
    const far = { ...landscape(band), dataset: pixels(250), batchSize: 128, examples };
    const results = await checked({ name: 'pgd-20' }, far);
    return results.find(({ name }) => name === 'incomplete-optimisation');
  };
  expect(await found(7)).toMatchObject({
    state: 'skipped',
    message: 'only 7 examples of the sample are robust; at least 8 are needed',
  });
  expect(await found(8)).toMatchObject({ state: 'passed' });
});

it('at epsilon 0 each example that changes counts, near ties apart', async () => {
  const dataset = pixels(127);
  const changedUnder = async (logit: number) => {
    const target = { engine: onnx, ...landscape((t) => tf.fill([t.shape[0], 1], logit)) };
    const examples = [0, 1, 2, 3];
    const batch = await toAttackBatch(dataset, Int32Array.from(examples), 1);
    const probe = new Probe(target, batch, [0], new Allowance(Number.POSITIVE_INFINITY));
    const outputs = { look: () => probe.classify.run(batch.images, batch.labels), found: {} };
    const clean = examples.map((example) => example === 0); // as if the cell had seen one right, and three wrong
    const sample = { examples, probe, clean, robust: clean, outputs, iterative: undefined };
    const result = {
      ...{ cleanAccuracy: 0.25, robustAccuracy: 0.25, zeroGradients: 0, zeroGradientsOfRobust: 0 },
      examples: {},
    };
    const settings = attackSettings({ name: 'pgd', epsilon: 0.1 });
    const found = await epsilonCurveRises.run({
      ...{ target, settings, result, sample, digests: { before: {}, after: {} } },
    });
    return 'skipped' in found ? found.skipped : found;
  };
  expect(await changedUnder(-1)).toMatchObject({ passed: false, measured: 1, limit: 0 });
  expect(await changedUnder(-1e-6)).toMatchObject({ passed: true });
});
