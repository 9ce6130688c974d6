import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dlr, targetedDlr } from '../../../src/learn/loss/dlr.ts';
import { rank2 } from '../../../src/learn/model/rank.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32, greatestDifference } from '../calculate.ts';
import { oneHot } from '../toys.ts';

// Expected values: robustness.md, section 6, items 1 to 4.

const logits = [
  [3, 1, 0.5, -1],
  [1, 2, 0, -1],
  [0.2, 0.1, 0.3, 0],
  [5, 5, 1, 0],
];
const labels = [0, 0, 2, 0];

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('the DLR loss on the engine %s', (_, engine) => {
  /** Losses and their gradients with respect to the logits; with targets the targeted loss. */
  async function of(rows: readonly number[][], own: readonly number[], targets?: readonly number[]) {
    const classes = rows[0]?.length ?? 0;
    const compiled = engine.compile('test', ({ z, y, t }) => {
      if (!z || !y || !t) throw new Error('No inputs');
      const loss = (logits: tf.Tensor) =>
        targets ? targetedDlr(rank2(logits), rank2(y), rank2(t)) : dlr(rank2(logits), rank2(y));
      return { value: loss(z), gradient: tf.grad((logits) => tf.sum(loss(logits)))(z) };
    });
    const z = float32([rows.length, classes], rows.flat());
    try {
      const found = await compiled.run({ z, y: oneHot(own, classes), t: oneHot(targets ?? own, classes) });
      return { values: [...(found.value?.data ?? [])], gradient: [...(found.gradient?.data ?? [])] };
    } finally {
      await compiled.dispose();
    }
  }

  it('has the values of item 1, right and wrong, and 0 where two classes share the lead', async () => {
    expect(greatestDifference((await of(logits, labels)).values, [-0.8, 0.5, -0.5, 0])).toBeLessThan(1e-6);
  });

  it('towards a class has the values of item 1', async () => {
    const { values } = await of(logits.slice(0, 3), [0, 0, 2], [1, 1, 1]);
    expect(greatestDifference(values, [-0.61538462, 0.4, -0.8])).toBeLessThan(1e-6);
  });

  it('has the gradients of item 2, through the denominator too', async () => {
    const { gradient } = await of(logits.slice(0, 2), [0, 0]);
    expect(greatestDifference(gradient, [-0.08, 0.4, -0.32, 0, -0.5, 0.25, 0.25, 0])).toBeLessThan(1e-6);
    const targeted = await of(logits.slice(0, 1), [0], [1]);
    const expected = [-0.1183432, 0.30769231, -0.09467456, -0.09467456];
    expect(greatestDifference(targeted.gradient, expected)).toBeLessThan(1e-6);
  });

  it('is not bounded above where the prediction is wrong (item 4)', async () => {
    expect((await of([[-5, 10, 9.5, 9]], [0])).values[0]).toBeCloseTo(15, 5);
  });

  it('needs three classes, and four towards a class, and says so by name', async () => {
    await expect(of([[1, 0]], [0])).rejects.toMatchObject({ reason: 'too-few-classes' });
    await expect(of([[1, 0, 2]], [0], [1])).rejects.toMatchObject({ reason: 'too-few-classes' });
    expect((await of([[3, 1, 0]], [0])).values[0]).toBeCloseTo(-2 / 3, 6);
  });
});

describe('the DLR loss', () => {
  const run = async (rows: readonly number[][], own: number) => {
    const compiled = cpu.compile('test', ({ z, y }) => {
      if (!z || !y) throw new Error('No inputs');
      return { value: dlr(rank2(z), rank2(y)) };
    });
    const z = float32([rows.length, 4], rows.flat());
    const y = oneHot(
      rows.map(() => own),
      4,
    );
    return [...((await compiled.run({ z, y })).value?.data ?? [])];
  };
  const distinct = fc.uniqueArray(fc.integer({ min: -40, max: 40 }), { minLength: 4, maxLength: 4 });

  it('does not change when the logits are scaled or shifted (item 3)', async () => {
    const changes = fc.record({ z: distinct, scale: fc.integer({ min: 1, max: 9 }), shift: fc.nat(9) });
    await fc.assert(
      fc.asyncProperty(changes, async ({ z, scale, shift }) => {
        const [one = 0, other = 0] = await run([z, z.map((value) => scale * value + shift)], 0);
        expect(Math.abs(one - other)).toBeLessThan(1e-6 * Math.max(1, Math.abs(one)));
      }),
      { numRuns: 50 },
    );
  });

  it('is between -1 and 0 where the prediction is right (item 4), and above 0 where it is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(distinct, async (z) => {
        const [first = 0] = await run([z], 0);
        const isRight = Math.max(...z) === z[0];
        expect(first).toBeGreaterThanOrEqual(isRight ? -1 - 1e-6 : Number.MIN_VALUE);
        if (isRight) expect(first).toBeLessThan(0);
      }),
      { numRuns: 50 },
    );
  });
});
