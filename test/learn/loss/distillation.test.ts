import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { distillation, klDivergence, type Reduction } from '../../../src/learn/loss/kl.ts';
import { rank2 } from '../../../src/learn/model/rank.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { onnx } from '../../engine/agree.ts';
import { calculate, cpu, float32, rows } from '../calculate.ts';

// The oracles are in double precision; near the limit they are the limit itself.

const engines = [
  ['cpu', cpu],
  ['onnx', onnx],
] as const;

/** Logits as float32 has them, so that both sides have the same ones. */
function logits(name: string, spread: number): number[][] {
  const values = stream(5, name).normals(40);
  return [0, 10, 20, 30].map((first) =>
    Array.from(values.subarray(first, first + 10), (value) => Math.fround(spread * value)),
  );
}

function logSoftmaxOf(row: readonly number[]): number[] {
  const greatest = Math.max(...row);
  const sum = row.reduce((total, value) => total + Math.exp(value - greatest), 0);
  return row.map((value) => value - greatest - Math.log(sum));
}

/** τ² · KL(teacher ‖ student), as mean over rows, in double precision. */
function lossOf(student: number[][], teacher: number[][], temperature: number): number {
  const sums = teacher.map((row, index) => {
    const p = logSoftmaxOf(row.map((value) => value / temperature));
    const q = logSoftmaxOf((student[index] ?? []).map((value) => value / temperature));
    return p.reduce((total, log, k) => total + Math.exp(log) * (log - (q[k] ?? Number.NaN)), 0);
  });
  return (temperature ** 2 * sums.reduce((total, one) => total + one, 0)) / sums.length;
}

/** Its limit for τ → ∞: half of the variance over classes of the difference of logits, as mean over rows. */
function limitOf(student: number[][], teacher: number[][]): number {
  const parts = teacher.map((row, index) => {
    const change = row.map((value, k) => value - (student[index]?.[k] ?? Number.NaN));
    const mean = change.reduce((total, one) => total + one, 0) / change.length;
    return change.reduce((total, one) => total + (one - mean) ** 2, 0) / change.length / 2;
  });
  return parts.reduce((total, one) => total + one, 0) / parts.length;
}

async function loss(
  engine: Engine,
  student: number[][],
  teacher: number[][],
  temperature: number,
  reduction: Reduction = 'batchmean',
) {
  const settings = { temperature, reduction };
  const [value = Number.NaN] = await calculate(
    () => distillation(rows(student), rows(teacher), settings),
    engine,
  );
  return value;
}

/** Gradients of the loss in the student and in the teacher. */
async function gradients(
  engine: Engine,
  student: number[][],
  teacher: number[][],
  temperature: number,
): Promise<{ student: number[]; teacher: number[] }> {
  const settings = { temperature, reduction: 'batchmean' } as const;
  const compiled = engine.compile('test', ({ a, b }) => {
    if (!a || !b) throw new Error('No inputs');
    const [inA, inB] = tf.grads((x: tf.Tensor, y: tf.Tensor) => distillation(rank2(x), rank2(y), settings))([
      a,
      b,
    ]);
    if (!inA || !inB) throw new Error('No gradients');
    return { inA, inB };
  });
  const size = [student.length, student[0]?.length ?? 0];
  const found = await compiled.run({ a: float32(size, student.flat()), b: float32(size, teacher.flat()) });
  await compiled.dispose();
  return { student: [...(found.inA?.data ?? [])], teacher: [...(found.inB?.data ?? [])] };
}

/** Central differences of a function in double precision, of four points. */
function slopesOf(value: (logits: number[][]) => number, at: number[][], h: number): number[] {
  return at.flatMap((row, r) =>
    row.map((_, k) => {
      const moved = (by: number) =>
        value(at.map((one, index) => one.map((z, j) => (index === r && j === k ? z + by : z))));
      return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
    }),
  );
}

const [student, teacher] = [logits('student', 3), logits('teacher', 3)];

describe.each(engines)('the soft-label loss on %s', (_, engine) => {
  it.each([1.5, 2, 4, 30, 100])('is that in double precision at τ = %d', async (temperature) => {
    const expected = lossOf(student, teacher, temperature);
    expect(Math.abs((await loss(engine, student, teacher, temperature)) / expected - 1)).toBeLessThan(2e-6);
    const mean = await loss(engine, student, teacher, temperature, 'mean');
    expect(Math.abs((mean * 10) / expected - 1)).toBeLessThan(2e-6);
  });

  it.each([1e4, 1e5, 1e6])(
    'goes to half of the variance of what logits differ by: τ = %d',
    async (temperature) => {
      const expected = limitOf(student, teacher);
      expect(Math.abs((await loss(engine, student, teacher, temperature)) / expected - 1)).toBeLessThan(1e-3);
      expect(await loss(engine, teacher, teacher, temperature)).toBe(0);
    },
  );

  it('keeps its digits where student and teacher are nearly the same', async () => {
    const near = teacher.map((row) => row.map((z, k) => Math.fround(z + 1e-3 * (k % 3))));
    for (const temperature of [2, 30, 1000]) {
      const value = await loss(engine, near, teacher, temperature);
      const expected = lossInSmallChange(near, teacher, temperature);
      expect(Math.abs(value / expected - 1)).toBeLessThan(2e-3);
    }
  });

  it.each([4, 30])('has the slopes of double precision in both logits at τ = %d', async (temperature) => {
    const found = await gradients(engine, student, teacher, temperature);
    const inStudent = slopesOf((z) => lossOf(z, teacher, temperature), student, 0.02);
    const inTeacher = slopesOf((z) => lossOf(student, z, temperature), teacher, 0.02);
    for (const [index, slope] of inStudent.entries())
      expect(Math.abs((found.student[index] ?? Number.NaN) - slope)).toBeLessThan(2e-6);
    for (const [index, slope] of inTeacher.entries())
      expect(Math.abs((found.teacher[index] ?? Number.NaN) - slope)).toBeLessThan(2e-6);
  });

  it('has the slopes of its limit at τ = 1e5: the difference of the centred logits, over batch and classes', async () => {
    const found = await gradients(engine, student, teacher, 1e5);
    const expected = slopesOf((z) => limitOf(z, teacher), student, 0.02);
    for (const [index, slope] of expected.entries())
      expect(Math.abs((found.student[index] ?? Number.NaN) - slope)).toBeLessThan(2e-5);
  });

  it.each([
    [0.01, 3],
    [0.5, 1e4],
    [2, 1e4],
    [30, 1e6],
    [1e5, 1e4],
  ])('neither it nor its slopes overflow at τ = %d with logits of about %d', async (temperature, spread) => {
    const [far, from] = [logits('student', spread), logits('teacher', spread)];
    const expected = lossOf(far, from, temperature);
    expect(Math.abs((await loss(engine, far, from, temperature)) / expected - 1)).toBeLessThan(1e-4);
    const found = await gradients(engine, far, from, temperature);
    expect([...found.student, ...found.teacher].every(Number.isFinite)).toBe(true);
  });
});

it('the soft-label loss is to the bit what it was up to a temperature of 1', async () => {
  for (const temperature of [0.5, 1]) {
    const settings = { temperature, reduction: 'batchmean' } as const;
    const plain = await calculate(() =>
      tf.mul(klDivergence(rows(teacher), rows(student), settings), temperature ** 2),
    );
    expect([await loss(cpu, student, teacher, temperature)]).toEqual(plain);
  }
});

/** τ² · KL for changes d of the logits that are small beside τ: half of the variance of d under the teacher. */
function lossInSmallChange(near: number[][], far: number[][], temperature: number): number {
  const parts = far.map((row, index) => {
    const p = logSoftmaxOf(row.map((value) => value / temperature)).map(Math.exp);
    const change = row.map((value, k) => (near[index]?.[k] ?? Number.NaN) - value);
    const mean = change.reduce((total, one, k) => total + one * (p[k] ?? 0), 0);
    return change.reduce((total, one, k) => total + (p[k] ?? 0) * (one - mean) ** 2, 0) / 2;
  });
  return parts.reduce((total, one) => total + one, 0) / parts.length;
}
