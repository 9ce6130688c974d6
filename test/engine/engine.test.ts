import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TensorFunction } from '../../src/engine/engine.ts';
import { createOnnxEngine } from '../../src/engine/onnx/engine.ts';
import { agree, cpu, onnx } from './agree.ts';
import { real, whole } from './tensors.ts';

type T = tf.Tensor;

describe('a compiled function', () => {
  test('is traced once for each set of shapes and types', async () => {
    let traced = 0;
    const fn = onnx.compile('double', ({ x }) => {
      traced++;
      return { y: (x as T).mul(2) };
    });
    await fn.run({ x: real([2], 1) });
    await fn.run({ x: real([2], 2) });
    expect(traced).toBe(1);
    const { y } = await fn.run({ x: real([3], 3) });
    expect(y?.shape).toEqual([3]);
    await fn.run({ x: whole([3], 3) });
    expect(traced).toBe(3);
    await fn.run({ x: real([2], 4) });
    expect(traced).toBe(3);
  });

  test('counts as compiled once for each set of shapes, with the time that it took', async () => {
    const engine = createOnnxEngine({ threads: 1 });
    expect(engine.compileCost?.()).toEqual({ graphs: 0, seconds: 0 });
    const fn = engine.compile('double', ({ x }) => ({ y: (x as T).mul(2) }));
    await fn.run({ x: real([2], 1) });
    const once = engine.compileCost?.();
    expect(once?.graphs).toBe(1);
    expect(once?.seconds).toBeGreaterThan(0);
    await fn.run({ x: real([2], 2) });
    expect(engine.compileCost?.()).toEqual(once);
    await fn.run({ x: real([3], 2) });
    expect(engine.compileCost?.().graphs).toBe(2);
    await engine.dispose();
    expect(cpu.compileCost).toBeUndefined();
  });

  test('leaves a profile of its operators for each graph, where that is asked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'retable-profile-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const engine = createOnnxEngine({ threads: 1 }, { profiles: folder });
    const sine = engine.compile('sine', ({ x }) => ({ y: (x as T).sin() }));
    const root = engine.compile('root', ({ x }) => ({ y: (x as T).sqrt() }));
    for (const size of [2, 3]) await sine.run({ x: real([size], 1) });
    await root.run({ x: real([2], 1) });
    await engine.dispose();
    const operators = readdirSync(folder).map((file) => {
      const events = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { args: { op_name?: string } }[];
      return new Set(events.flatMap(({ args: { op_name } }) => op_name ?? []));
    });
    expect(operators).toHaveLength(3);
    expect(operators.filter((names) => names.has('Sin'))).toHaveLength(2);
    expect(operators.filter((names) => names.has('Sqrt'))).toHaveLength(1);
  });

  test('is not traced anew because the caller names its inputs in another order', async () => {
    let traced = 0;
    const fn = onnx.compile('difference', ({ a, b }) => {
      traced++;
      return { y: (a as T).sub(b as T) };
    });
    const [a, b] = [real([2], 1), real([2], 2)];
    const { y } = await fn.run({ a, b });
    expect(await fn.run({ b, a })).toEqual({ y });
    expect(traced).toBe(1);
  });

  test('may return inputs, constants and one value under two names, all in arrays of their own', async () => {
    const x = real([2, 2], 1);
    const fn: TensorFunction = ({ x }) => {
      const y = (x as T).add(1);
      return { x: x as T, three: tf.scalar(3), ones: tf.ones([2, 2]), y, again: y };
    };
    for (const engine of [onnx, cpu]) {
      const result = await engine.compile('outputs', fn).run({ x });
      expect(result.x).toEqual(x);
      expect(result.x?.data).not.toBe(x.data);
      expect(result.three).toEqual({ shape: [], data: new Float32Array([3]) });
      expect(result.ones?.data).toEqual(new Float32Array([1, 1, 1, 1]));
      expect(result.again).toEqual(result.y);
      expect(result.again?.data).not.toBe(result.y?.data);
    }
  });

  test('ignores inputs that it does not use, and takes tensors from outside as constants', async () => {
    tf.engine()
      .setBackend('cpu')
      .catch(() => {});
    const outside = tf.tensor([1, 2]);
    await agree(({ x }) => ({ y: (x as T).mul(outside) }), { x: real([3, 2], 1), unused: real([7], 2) });
    expect([...outside.dataSync()]).toEqual([1, 2]);
    outside.dispose();
  });

  test('with no outputs, or with outputs that need nothing, runs', async () => {
    await agree(() => ({}), { x: real([2], 1) });
    await agree(() => ({ y: tf.tensor([1, 2]).add(1) }), {});
  });

  test('leaves its inputs as they are', async () => {
    const x = real([4], 1);
    const before = x.data.slice();
    await onnx.compile('f', ({ x }) => ({ y: (x as T).mul(0).add(7) })).run({ x });
    expect(x.data).toEqual(before);
  });

  test('gives booleans as int32 zeros and ones', async () => {
    const { y } = await agree(({ x }) => ({ y: (x as T).greater(0) }), { x: real([9], 1) });
    expect(y?.data).toBeInstanceOf(Int32Array);
  });

  test('prefers an input that is given over a fixed one of the same name', async () => {
    const fixed = { w: real([2], 1) };
    const w = real([2], 2);
    const { y } = await agree(({ w }) => ({ y: (w as T).mul(1.5) }), { w }, 1e-6, { fixed });
    expect(y?.data[0]).toBe(Math.fround((w.data[0] ?? 0) * 1.5));
  });

  test('may use variables of its own, which are gone afterwards', async () => {
    const before = Object.keys(tf.engine().registeredVariables).length;
    await agree(
      ({ x }) => {
        const w = tf.variable(x as T);
        const { value, grads } = tf.variableGrads(() => w.square().sum() as tf.Scalar, [w]);
        return { value, slope: grads[w.name] as T };
      },
      { x: real([3], 1) },
    );
    expect(Object.keys(tf.engine().registeredVariables).length).toBe(before);
  });

  test('runs concurrently with itself', async () => {
    const fn = onnx.compile('f', ({ x }) => ({ y: (x as T).sum() }));
    const inputs = Array.from({ length: 8 }, (_, index) => real([50 + (index % 2)], index));
    const alone = [];
    for (const x of inputs) alone.push(await fn.run({ x }));
    expect(await Promise.all(inputs.map((x) => fn.run({ x })))).toEqual(alone);
  });
});

test('an engine can be disposed of with functions that never ran, and leaves no tensors behind', async () => {
  const engine = createOnnxEngine({ threads: 1 });
  engine.compile('never', () => ({}));
  const before = tf.memory().numTensors;
  await engine
    .compile('f', ({ x }) => ({ y: tf.grad((x: T) => x.square().sum())(x as T) }))
    .run({ x: real([3], 1) });
  expect(tf.memory().numTensors).toBe(before);
  await engine.dispose();
});
