import { expect, test } from 'vitest';
import { conv } from '../../src/engine/onnx/build/conv.ts';
import { isLeftToProcessor } from '../../src/engine/onnx/webgpu.ts';
import { GraphBuilder } from '../../src/engine/trace/builder.ts';
import type { Window } from '../../src/engine/trace/kernels/window.ts';

const convolution = (size: 1 | 3, pads: Window['pads']) => {
  const g = new GraphBuilder();
  const [x, filter] = [g.input('x', [1, 2, 5, 5], 'float32'), g.input('w', [4, 2, size, size], 'float32')];
  const window: Window = { kernel: [size, size], strides: [1, 1], dilations: [1, 1], pads };
  const out = [5 + pads[0] + pads[2] - size + 1, 5 + pads[1] + pads[3] - size + 1] as const;
  return conv(g, x, filter, window, out).node;
};

const pooled = (outputs: 1 | 2) => {
  const g = new GraphBuilder();
  const x = g.input('x', [1, 2, 4, 4], 'float32');
  const values = [
    { shape: [1, 2, 2, 2], dtype: 'float32' },
    { shape: [1, 2, 2, 2], dtype: 'int64' },
  ] as const;
  return g.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] }, values.slice(0, outputs));
};

test.each([
  ['a pointwise convolution with padding at its far end', convolution(1, [0, 0, 1, 0]), true],
  ['a pointwise convolution without padding', convolution(1, [0, 0, 0, 0]), false],
  ['the places of maxima', pooled(2), true],
  ['maxima alone', pooled(1), false],
  ['a larger convolution with padding', convolution(3, [1, 1, 1, 1]), false],
])('WebGPU leaves to the processor, or not: %s', (_, node, left) => {
  expect(isLeftToProcessor(node)).toBe(left);
});
