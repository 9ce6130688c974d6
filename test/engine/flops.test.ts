import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Engine, TensorFunction, Tensors } from '../../src/engine/engine.ts';
import { conv2dPad } from '../../src/engine/ops/conv2d-pad.ts';
import { depthwiseConv2dPad } from '../../src/engine/ops/depthwise-conv2d-pad.ts';
import { cpu, onnx } from './agree.ts';
import { real } from './tensors.ts';

async function counted(engine: Engine, fn: TensorFunction, inputs: Tensors): Promise<number> {
  const compiled = engine.compile('test', fn);
  const flops = await compiled.flops(inputs);
  await compiled.dispose();
  return flops;
}

function given<T extends tf.Tensor>(tensor: tf.Tensor | undefined): T {
  if (!tensor) throw new Error('An input was not given');
  return tensor as T; // of the rank that the test gives
}

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('what the engine %s counts', (_, engine) => {
  // 2 images of 9 × 7 and 3 channels by 5 filters of 3 × 3 at stride 2 with a border of 1: 5 × 4 places.
  const [images, filter] = [real([2, 9, 7, 3], 1), real([3, 3, 3, 5], 2)];
  const once = 2 * (2 * 5 * 4) * 5 * (3 * 3 * 3);
  const convolve = ({ images, filter }: Readonly<Record<string, tf.Tensor>>) =>
    conv2dPad(given(images), given(filter), 2, 1);

  it('is two for each product of a convolution, whatever its stride and border', async () => {
    expect(await counted(engine, (inputs) => ({ y: convolve(inputs) }), { images, filter })).toBe(once);
  });

  it('is as much again for the gradient of the image, and for that of the filter', async () => {
    const gradients = (names: readonly ('images' | 'filter')[]): TensorFunction => {
      return (inputs) => {
        const at = names.map((name) => given(inputs[name]));
        const grads = tf.grads((...moved: tf.Tensor[]) =>
          tf.sum(
            tf.square(
              convolve({ ...inputs, ...Object.fromEntries(moved.map((one, k) => [names[k] ?? '', one])) }),
            ),
          ),
        )(at);
        return Object.fromEntries(grads.map((grad, k) => [names[k] ?? '', grad]));
      };
    };
    expect(await counted(engine, gradients(['images']), { images, filter })).toBe(2 * once);
    expect(await counted(engine, gradients(['filter']), { images, filter })).toBe(2 * once);
    expect(await counted(engine, gradients(['images', 'filter']), { images, filter })).toBe(3 * once);
  });

  it('is two for each product of a depthwise convolution and of its gradients', async () => {
    const each = real([3, 3, 3, 1], 3);
    const fn: TensorFunction = (inputs) => ({
      y: depthwiseConv2dPad(given(inputs.images), given(inputs.each), 1),
    });
    const flops = 2 * (2 * 9 * 7 * 3) * 9;
    expect(await counted(engine, fn, { images, each })).toBe(flops);
    const slopes: TensorFunction = ({ images, each }) => {
      const [a, b] = tf.grads((x, w) => tf.sum(tf.square(depthwiseConv2dPad(given(x), given(w), 1))))([
        given(images),
        given(each),
      ]);
      return { a: given(a), b: given(b) };
    };
    expect(await counted(engine, slopes, { images, each })).toBe(3 * flops);
  });

  it('is 2 m k n for a matrix product, whichever side is transposed', async () => {
    for (const [a, b, transposeA, transposeB] of [
      [real([4, 6], 1), real([6, 5], 2), false, false],
      [real([6, 4], 1), real([6, 5], 2), true, false],
      [real([6, 4], 1), real([5, 6], 2), true, true],
    ] as const) {
      const product: TensorFunction = (inputs) => ({
        y: tf.matMul(given(inputs.a), given(inputs.b), transposeA, transposeB),
      });
      expect(await counted(engine, product, { a, b })).toBe(2 * 4 * 6 * 5);
    }
  });

  it('leaves out what no result needs, and counts once what two results share', async () => {
    const shared: TensorFunction = (inputs) => {
      tf.matMul(given(inputs.a), given(inputs.a));
      return { y: convolve(inputs), z: tf.relu(convolve(inputs)) };
    };
    expect(await counted(engine, shared, { images, filter, a: real([8, 8], 4) })).toBe(once);
  });
});
