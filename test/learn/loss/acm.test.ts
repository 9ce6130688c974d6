import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { type AcmSettings, acmLoss, channelMap } from '../../../src/learn/loss/acm.ts';
import { calculate, greatestDifference, rows } from '../calculate.ts';

/** Two examples of 1 × 2 pixels and 2 channels. */
const student = () => tf.tensor4d([1, -2, 3, 0, 0, 1, 0, 1], [2, 1, 2, 2]);
const teacher = () => tf.tensor4d([2, 0, 2, 0, 1, 0, 1, 0], [2, 1, 2, 2]);
const plain: AcmSettings = { power: 1, normaliseMaps: false, distance: 'l2' };
const loss = async (
  settings: Partial<AcmSettings>,
  given: () => { student: tf.Tensor4D; teacher: tf.Tensor4D },
) => (await calculate(() => acmLoss(given(), { ...plain, ...settings })))[0];

describe('an activated channel map', () => {
  it('is the mean over space of |A| or A², one number a channel', async () => {
    expect(await calculate(() => channelMap(student(), 1))).toEqual([2, 1, 0, 1]);
    expect(await calculate(() => channelMap(student(), 2))).toEqual([5, 2, 0, 1]);
  });
});

describe('the distance of channel maps', () => {
  // Maps for p = 1: student (2, 1) and (0, 1), teacher (2, 0) and (1, 0): differences (0, 1) and (-1, 1).
  const both = () => ({ student: student(), teacher: teacher() });

  it('is the mean over examples of the chosen distance', async () => {
    expect(await loss({ distance: 'l2' }, both)).toBeCloseTo((1 + Math.SQRT2) / 2, 6);
    expect(await loss({ distance: 'squared-l2' }, both)).toBeCloseTo(1.5, 6);
    expect(await loss({ distance: 'mean-squared' }, both)).toBeCloseTo(0.75, 6);
  });

  it('ignores the scale of activations when maps are normalised', async () => {
    const scaled = () => ({ student: student().mul<tf.Tensor4D>(7), teacher: teacher() });
    const once = await loss({ normaliseMaps: true }, both);
    expect(await loss({ normaliseMaps: true }, scaled)).toBeCloseTo(once ?? Number.NaN, 6);
    // Unit vectors (2, 1) / √5 and (0, 1) against (1, 0): distances √(2 - 4 / √5) and √2.
    expect(once).toBeCloseTo((Math.sqrt(2 - 4 / Math.sqrt(5)) + Math.SQRT2) / 2, 6);
  });

  it('is nearly 0 with a gradient that is finite where the maps agree', async () => {
    const same = () => ({ student: teacher(), teacher: teacher() });
    expect(await loss({ normaliseMaps: true }, same)).toBeLessThan(2e-6);
    const gradient = await calculate(() =>
      tf.grad((a) =>
        acmLoss({ student: a as tf.Tensor4D, teacher: teacher() }, { ...plain, normaliseMaps: true }),
      )(teacher()),
    );
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('survives a block without any activation', async () => {
    const dead = () => ({ student: tf.zerosLike(student()), teacher: teacher() });
    const gradient = await calculate(() =>
      tf.grad((a) =>
        acmLoss(
          { student: a as tf.Tensor4D, teacher: teacher() },
          { ...plain, power: 2, normaliseMaps: true },
        ),
      )(tf.zerosLike(student())),
    );
    expect(await loss({ normaliseMaps: true }, dead)).toBeCloseTo(1, 5);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('compares other sizes of space, and other widths through the transformation of the student', async () => {
    const wide = () => tf.tensor4d([2, 0, 4], [1, 1, 1, 3]);
    const matrix = () =>
      rows([
        [1, 0, 1],
        [0, 1, 2],
      ]);
    const block = () => ({
      student: tf.slice(student(), [0], [1]),
      teacher: wide(),
      transformation: matrix(),
    });
    // (2, 1) · matrix = (2, 1, 4), against (2, 0, 4).
    expect(await loss({}, block)).toBeCloseTo(1, 6);
  });

  it('agrees with finite differences', async () => {
    const settings: AcmSettings = { power: 2, normaliseMaps: true, distance: 'l2' };
    const value = (shift: number, index: number) => {
      const values = [1, -2, 3, 0.5, 0.3, 1, 0.2, 1];
      values[index] = (values[index] ?? 0) + shift;
      return tf.tensor4d(values, [2, 1, 2, 2]);
    };
    const gradient = await calculate(() =>
      tf.grad((a) => acmLoss({ student: a as tf.Tensor4D, teacher: teacher() }, settings))(value(0, 0)),
    );
    const h = 1e-2;
    for (const [index, expected] of gradient.entries()) {
      const at = async (shift: number) =>
        (await loss(settings, () => ({ student: value(shift, index), teacher: teacher() }))) ?? Number.NaN;
      expect(((await at(h)) - (await at(-h))) / (2 * h)).toBeCloseTo(expected, 3);
    }
    expect(
      greatestDifference(
        gradient,
        gradient.map(() => 0),
      ),
    ).toBeGreaterThan(0.01);
  });
});
