import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { softmaxCrossEntropy } from '../../../src/engine/ops/softmax.ts';
import { countCorrect, predictions } from '../../../src/learn/loss/accuracy.ts';
import { crossEntropy, smooth } from '../../../src/learn/loss/cross-entropy.ts';
import { distillation, klDivergence } from '../../../src/learn/loss/kl.ts';
import { margin } from '../../../src/learn/loss/margin.ts';
import { rank2 } from '../../../src/learn/model/rank.ts';
import { onnx } from '../../engine/agree.ts';
import { calculate, cpu, float32, greatestDifference, rows } from '../calculate.ts';

// Expected values: robustness.md, section 6, by item.

describe('cross entropy', () => {
  it('has the values of item 1', async () => {
    const logits = [
      [3, 1, 0.5, -1],
      [1, 2, 0, -1],
      [0.2, 0.1, 0.3, 0],
      [5, 5, 1, 0],
    ];
    const labels = [
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [1, 0, 0, 0],
    ];
    const losses = await calculate(() => softmaxCrossEntropy(rows(logits), rows(labels)));
    expect(greatestDifference(losses, [0.21166668, 1.4401897, 1.24253553, 0.70559616])).toBeLessThan(1e-6);
    const [mean] = await calculate(() => crossEntropy(rows(logits), rows(labels)));
    expect(mean).toBeCloseTo((0.21166668 + 1.4401897 + 1.24253553 + 0.70559616) / 4, 6);
  });

  it('has the gradient of item 2, and none where its logits are huge (item 3), on either engine', async () => {
    const expected = [-0.19076561, 0.10951796, 0.066426, 0.01482164];
    for (const engine of [cpu, onnx]) {
      const compiled = engine.compile('test', ({ z, y }) => {
        if (!z || !y) throw new Error('No inputs');
        const loss = (logits: tf.Tensor) => tf.sum(softmaxCrossEntropy(rank2(logits), rank2(y)));
        return { value: loss(z), gradient: tf.grad(loss)(z) };
      });
      const at = async (scale: number, row: number[]) =>
        compiled.run({
          z: float32(
            [1, 4],
            row.map((value) => scale * value),
          ),
          y: float32([1, 4], [1, 0, 0, 0]),
        });
      const { gradient } = await at(1, [3, 1, 0.5, -1]);
      expect(greatestDifference(gradient?.data ?? [], expected)).toBeLessThan(1e-6);
      const sure = await at(100, [3, 1, 0.5, -1]);
      expect([...(sure.value?.data ?? []), ...(sure.gradient?.data ?? [])].map(Math.abs)).toEqual([
        0, 0, 0, 0, 0,
      ]);
      expect((await at(100, [1, 2, 0, -1])).value?.data[0]).toBe(100);
      await compiled.dispose();
    }
  });

  it('of a mixed label is the two losses mixed (item 19)', async () => {
    const [mixed] = await calculate(() => crossEntropy(rows([[2, 1, 0]]), rows([[0.3, 0, 0.7]])));
    expect(mixed).toBeCloseTo(1.80760596, 6);
  });

  it('stays finite at logits that overflow exp', async () => {
    const [loss] = await calculate(() => crossEntropy(rows([[300, 100, 50, -100]]), rows([[0, 1, 0, 0]])));
    expect(loss).toBe(200);
  });

  it('spreads a smoothed part of each label over all classes', async () => {
    const labels = await calculate(() => smooth(rows([[0, 1, 0, 0]]), 0.2));
    expect(greatestDifference(labels, [0.05, 0.85, 0.05, 0.05])).toBeLessThan(1e-7);
  });
});

describe('the KL divergence', () => {
  const natural = [
    [2, 1, 0],
    [0, 0.5, -0.5],
  ];
  const attacked = [
    [1, 1.5, 0],
    [0.2, -0.3, 0.4],
  ];
  const teacher = [
    [4, 0, 1],
    [1, 3, 0],
  ];
  const kl = (p: number[][], q: number[][], reduction: 'batchmean' | 'mean') =>
    calculate(() => klDivergence(rows(p), rows(q), { temperature: 1, reduction }));

  it('has the values of item 14 by either reduction, and is not symmetric', async () => {
    expect((await kl(natural, attacked, 'batchmean'))[0]).toBeCloseTo(0.23736584, 6);
    expect((await kl(natural, attacked, 'mean'))[0]).toBeCloseTo(0.07912195, 6);
    expect((await kl(attacked, natural, 'batchmean'))[0]).toBeCloseTo((0.24525109 + 0.22857959) / 2, 6);
  });

  it('times τ² is the soft-label loss, with the values of item 17', async () => {
    const at = async (temperature: number) => {
      const settings = { temperature, reduction: 'batchmean' } as const;
      return (await calculate(() => distillation(rows(natural), rows(teacher), settings)))[0];
    };
    expect(await at(1)).toBeCloseTo(0.24938834, 6);
    expect(await at(4)).toBeCloseTo(0.55435417, 5);
    expect(await at(30)).toBeCloseTo(0.57204176, 6);
    const labels = rows([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    const [onLabels = Number.NaN] = await calculate(() => crossEntropy(rows(natural), labels));
    expect(0.9 * ((await at(4)) ?? Number.NaN) + 0.1 * onLabels).toBeCloseTo(0.55331254, 5);
  });

  it('has the gradient (student - teacher) / batch in the student, and one in the teacher', async () => {
    const settings = { temperature: 1, reduction: 'batchmean' } as const;
    const inStudent = await calculate(() =>
      tf.grad((q) => klDivergence(rows(teacher), q as tf.Tensor2D, settings))(rows(natural)),
    );
    const softmaxes = await calculate(() =>
      tf
        .softmax(rows(natural))
        .sub(tf.softmax(rows(teacher)))
        .div(2),
    );
    expect(greatestDifference(inStudent, softmaxes)).toBeLessThan(1e-6);
    const inTeacher = await calculate(() =>
      tf.grad((p) => klDivergence(p as tf.Tensor2D, rows(natural), settings))(rows(teacher)),
    );
    expect(
      greatestDifference(
        inTeacher,
        inTeacher.map(() => 0),
      ),
    ).toBeGreaterThan(0.01);
  });
});

describe('the margin', () => {
  it('has the values of item 1', async () => {
    const logits = [
      [3, 1, 0.5, -1],
      [1, 2, 0, -1],
      [5, 5, 1, 0],
      [-1, -2, -3, -4],
    ];
    const labels = logits.map(() => [1, 0, 0, 0]);
    expect(await calculate(() => margin(rows(logits), rows(labels)))).toEqual([2, -1, 0, 1]);
  });
});

describe('accuracy', () => {
  it('takes the first of equal logits', () => {
    expect([...predictions(float32([3, 3], [1, 1, 0, 0, 2, 2, -3, -2, -1]))]).toEqual([0, 1, 2]);
  });

  it('counts rows whose greatest logit is where the greatest label is', () => {
    const logits = float32([3, 2], [0, 1, 1, 0, 0.4, 0.6]);
    expect(countCorrect(logits, float32([3, 2], [0, 1, 0.3, 0.7, 0.2, 0.8]))).toBe(2);
  });
});
