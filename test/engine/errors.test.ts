import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import type { TensorFunction } from '../../src/engine/engine.ts';
import { Failure } from '../../src/failure.ts';
import { cpu, onnx } from './agree.ts';
import { real } from './tensors.ts';

const here = 'errors.test.ts';

/** The Failure of running a function, which must name the line of this file that holds `marker`. */
async function failure(fn: TensorFunction, marker: string, engine = onnx): Promise<Failure> {
  const error = await engine
    .compile('attack/pgd-step', fn)
    .run({ x: real([2, 3], 1) })
    .catch((e: unknown) => e);
  if (!(error instanceof Failure)) throw error;
  const line =
    readFileSync(new URL(import.meta.url), 'utf8')
      .split('\n')
      .findIndex((text) => text.includes(`// ${marker}`)) + 1;
  expect(error.message).toContain(`${here}:${line}:`);
  expect(error.message).toContain('attack/pgd-step');
  expect(error.hint).toBeTruthy();
  return error;
}

describe('a function that cannot be compiled fails with the line of user code', () => {
  test('an op without a lowering', async () => {
    const error = await failure(({ x }) => {
      return { y: tf.cumprod(x as tf.Tensor) }; // no cumprod
    }, 'no cumprod');
    expect(error.reason).toBe('unsupported-op');
    expect(error.message).toContain("'Cumprod'");
    expect(error.details).toMatchObject({ op: 'Cumprod' });
  });

  test('a case of an op without a lowering', async () => {
    const error = await failure(({ x }) => {
      const indices = tf.zeros([2, 1], 'int32');
      return { y: tf.gather(x as tf.Tensor, indices, 1, 1) }; // batched gather
    }, 'batched gather');
    expect(error.reason).toBe('unsupported-op');
    expect(error.message).toContain("'GatherV2' with batchDims");
  });

  test('an op without a lowering in the gradient', async () => {
    const error = await failure(({ x }) => {
      return { y: tf.grad((x: tf.Tensor) => tf.prod(x).asScalar())(x as tf.Tensor) }; // gradient of prod
    }, 'gradient of prod');
    expect(error.reason).toBe('unsupported-op');
  });

  test('a traced value that is read', async () => {
    const error = await failure(({ x }) => {
      const [first = 0] = (x as tf.Tensor).dataSync(); // read
      return { y: tf.scalar(first) };
    }, 'read');
    expect(error.reason).toBe('traced-value-read');
  });

  test('a variable from outside, whose later values the graph could not see', async () => {
    tf.engine()
      .setBackend('cpu')
      .catch(() => {});
    const outside = tf.variable(tf.scalar(3));
    const error = await failure(({ x }) => {
      return { y: tf.mul(x as tf.Tensor, outside) }; // outside
    }, 'outside');
    expect(error.reason).toBe('outside-variable');
    outside.dispose();
  });

  test.each([
    ['onnx', onnx],
    ['cpu', cpu],
  ] as const)('an op without a gradient, on the engine %s', async (_, engine) => {
    const error = await failure(
      ({ x }) => {
        return { y: tf.grad((x: tf.Tensor) => tf.topk(x, 1).values.sum())(x as tf.Tensor) }; // topk
      },
      'topk',
      engine,
    );
    expect(error.reason).toBe('no-gradient');
    expect(error.message).toContain("'TopK'");
  });
});

test('an error of the function itself is thrown as it is', async () => {
  const own = new Error('mine');
  const fn: TensorFunction = () => {
    throw own;
  };
  await expect(onnx.compile('f', fn).run({})).rejects.toBe(own);
  await expect(cpu.compile('f', fn).run({})).rejects.toBe(own);
});

test('an input with fewer elements than its shape says is refused', async () => {
  const x = { shape: [2, 2], data: new Float32Array(3) };
  for (const engine of [onnx, cpu]) {
    await expect(engine.compile('f', () => ({})).run({ x })).rejects.toMatchObject({ reason: 'bad-tensor' });
  }
});
