import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TensorFunction } from '../../src/engine/engine.ts';
import { channelBlock } from '../../src/engine/onnx/channel-block.ts';
import { createOnnxEngine } from '../../src/engine/onnx/engine.ts';
import { optimise, passesFor } from '../../src/engine/onnx/passes/optimise.ts';
import type { Graph } from '../../src/engine/trace/graph.ts';
import { agree, difference } from './agree.ts';
import { count, graphOf } from './graphs.ts';
import { real } from './tensors.ts';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

// Graphs are looked at for a block of 16, and run with the block of the machine's processor; 32 channels fit both.

const IMAGES = [2, 6, 6, 32];
const FILTER = [3, 3, 32, 32];

const conv = (x: T, w: T) => tf.conv2d(x as T4, w as T4, 1, 'same') as T;

/** The graph of a function of images x and others, and a filter w. */
function blocked(fn: TensorFunction, images = IMAGES, filter = FILTER): Graph {
  return optimise(graphOf(fn, { x: images, other: images, w: filter, v: [32] }), passesFor(16));
}

function counts(fn: TensorFunction): Record<string, number> {
  const { BlockedConv = 0, ReorderInput = 0, ReorderOutput = 0, ...others } = count(blocked(fn));
  const of = (op: string) => others[op] ?? 0;
  return {
    ...{ BlockedConv, ReorderInput, ReorderOutput },
    elementwise: of('Add') + of('Mul') + of('Sub') + of('Relu'),
  };
}

const inputs = {
  ...{ x: real(IMAGES, 1), other: real(IMAGES, 2), w: real(FILTER, 3, -0.2, 0.2) },
  v: real([32], 4),
};

type Case = [fn: (x: T, w: T, other: T, v: T) => T, expected: Record<string, number>];

const border = { ReorderInput: 1, ReorderOutput: 1 };

describe('convolutions of blocked images', () => {
  const cases: Record<string, Case> = {
    'follow one another without a change of layout': [
      (x, w) => conv(conv(conv(x, w), w), w),
      { ...border, BlockedConv: 3, elementwise: 0 },
    ],
    'take in a bias and a ReLU': [
      (x, w, _, v) => tf.relu(conv(x, w).add(v)),
      { ...border, BlockedConv: 1, elementwise: 0 },
    ],
    'take in the sum with another image': [
      (x, w, other, v) => tf.relu(conv(x, w).add(v).add(other)),
      { ReorderInput: 2, ReorderOutput: 1, BlockedConv: 1, elementwise: 0 },
    ],
    'take in nothing that comes after what somebody else reads': [
      (x, w) => conv(x, w).add(tf.relu(conv(x, w))),
      { ...border, BlockedConv: 1, elementwise: 2 },
    ],
    'take in no second sum, and nothing after a ReLU': [
      (x, w, other) => tf.relu(conv(x, w).add(other).add(conv(other, w))).add(other),
      { ReorderInput: 2, ReorderOutput: 1, BlockedConv: 2, elementwise: 1 },
    ],
    'scale channels in one pass, with what is added': [
      (x, w, _, v) => {
        const y = tf.relu(conv(x, w));
        return y.sub(v).mul(v).add(v).add(conv(y, w));
      },
      { ...border, BlockedConv: 4, elementwise: 0 },
    ],
    'scale the channels of each image by factors of their own in one pass, with what is added': [
      (x, w) => {
        const y = tf.relu(conv(x, w));
        return tf.relu(y.mul(y.mean([1, 2], true)).add(conv(y, w)));
      },
      { ...border, BlockedConv: 3, elementwise: 0 },
    ],
    'subtract a scaled image in one pass': [
      (x, w, other, v) => tf.relu(conv(x, w)).sub(conv(other, w).mul(v)),
      { ReorderInput: 2, ReorderOutput: 1, BlockedConv: 3, elementwise: 0 },
    ],
    'have their elements averaged where they lie': [
      (x, w) => conv(x, w).mean([0, 1, 2]),
      { ReorderInput: 1, ReorderOutput: 0, BlockedConv: 1, elementwise: 0 },
    ],
  };
  test.each(Object.entries(cases))('%s', async (_, [fn, expected]) => {
    const named: TensorFunction = ({ x, w, other, v }) => ({ y: fn(x as T, w as T, other as T, v as T) });
    expect(counts(named)).toEqual(expected);
    await agree(named, inputs, 1e-5);
  });

  test('are not used where channels fill no block', () => {
    const fn: TensorFunction = ({ x, w }) => ({ y: conv(conv(x as T, w as T), w as T) });
    const graph = optimise(graphOf(fn, { x: [2, 6, 6, 24], w: [3, 3, 24, 24] }), passesFor(16));
    expect(count(graph)).toMatchObject({ Conv: 2 });
    expect(count(graph)).not.toHaveProperty('BlockedConv');
  });

  test('take images of few channels as they are, and give few channels out of a block that was filled up', async () => {
    const fn: TensorFunction = ({ x, w, back }) => {
      const y = conv(conv(x as T, w as T), back as T);
      return { y, means: y.mean([1, 2]), total: y.sum() };
    };
    const shapes = { x: [2, 6, 6, 3], w: [3, 3, 3, 32], back: [3, 3, 32, 3] };
    const graph = optimise(graphOf(fn, shapes), passesFor(16));
    expect(count(graph)).toMatchObject({ BlockedConv: 2, ReorderOutput: 1 });
    expect(count(graph)).not.toHaveProperty('ReorderInput');
    const values = Object.entries(shapes).map(([name, shape], seed) => [name, real(shape, seed)]);
    await agree(fn, Object.fromEntries(values));
  });

  test('truths and whole numbers about blocked images come out in their order', async () => {
    const fn: TensorFunction = ({ x, w }) => {
      const y = conv(x as T, w as T);
      return { above: y.greater(0.1), floors: y.mul(10).floor().toInt(), places: y.greater(0.1).all(3) };
    };
    await agree(fn, inputs);
  });

  test('sums of few channels out of a block that was filled up are those of the channels alone', async () => {
    const narrow = real([1, 1, 32, 4], 5, -0.2, 0.2);
    await agree(
      ({ x, w, narrow }) => {
        const image = tf.conv2d(conv(x as T, w as T) as T4, narrow as T4, 1, 'same');
        return {
          ofImages: tf.sum(image, [1, 2]),
          ofChannels: tf.mean(image, [0, 1, 2]),
          ofExamples: tf.sum(image, [1, 2, 3]),
          ofAll: tf.sum(image),
        };
      },
      { ...inputs, narrow },
    );
  });

  test('an image gradient at stride 2 is a convolution too', async () => {
    const fn: TensorFunction = ({ x, w, short }) => ({
      dx: tf.grad((x: T) => {
        const y = tf.conv2d(x as T4, w as T4, 2, [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]);
        return y
          .add(tf.conv2d(x as T4, short as T4, 2, 'valid'))
          .square()
          .sum();
      })(x as T),
    });
    const graph = optimise(graphOf(fn, { x: IMAGES, w: FILTER, short: [1, 1, 32, 32] }), passesFor(16));
    // Forward two; back four, for the even and odd rows and columns, and one that is added to the first of them.
    expect(count(graph)).toMatchObject({ BlockedConv: 7, Concat: 1, ReorderOutput: 1 });
    expect(count(graph)).not.toHaveProperty('ConvTranspose');
    expect(count(graph)).not.toHaveProperty('Pad');
    await agree(fn, { x: inputs.x, w: inputs.w, short: real([1, 1, 32, 32], 5) });
  });

  test('the block is one that onnxruntime has, or there is none', async () => {
    expect([undefined, 8, 16]).toContain(await channelBlock());
  });
});

test('blocked images change no result of any chain of operators, nor of its gradients', async () => {
  const steps: ((x: T4, w: T, v: T, other: T) => T)[] = [
    conv,
    (x, w) => tf.relu(conv(x, w)),
    (x, w, v) => tf.relu(conv(x, w).add(v)),
    (x, w, _, other) => conv(x, w).add(other),
    (x, w) => x.add(conv(x, w)),
    (x, _, v) => x.mul(v),
    (x, _, v) => tf.sub(v, x),
    (x, _, v) => x.div(v.square().add(1)),
    (x, _, v, other) => x.sub(other.mul(v)),
    (x) => x.sub(x.mean([0, 1, 2])).mul(x.square().mean([0, 1, 2])),
    (x) => x.mul(x.mean([1, 2], true)),
    (x) => x.sub(x.sum([3], true)),
    (x) => x.mul(x.max([0], true)),
    (x) => x.mul(tf.range(0, 36).reshape([6, 6, 1])),
    (x) => x.mul(x.mean([1, 2, 3]).reshape([2, 1, 1, 1])),
    // A part of the sum: two whole ones in a row lose so many digits that no two orders of adding agree.
    (x) => x.add(x.sum().mul(0.02)),
    (x) => x.reverse(2),
    (x) => x.mul(tf.step(x)),
    (x) => x.softmax(),
    (x) => tf.avgPool(x, 3, 1, 'same'),
    (x, _, __, other) => tf.maximum(x, other),
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(steps.length - 1), { minLength: 2, maxLength: 6 }), async (chain) => {
      const bounded = (x: T) => tf.tanh(x.mul(0.1));
      const fn: TensorFunction = ({ x, w, v, other }) => {
        const apply = (x: T, w: T) =>
          chain.reduce(
            (value, step) => bounded(steps[step]?.(value as T4, w, v as T, other as T) ?? value),
            conv(x, w),
          );
        const [dx, dw] = tf.grads((x: T, w: T) => apply(x, w).square().sum())([x as T, w as T]);
        return { y: apply(x as T, w as T), dx: dx as T, dw: dw as T };
      };
      await agree(fn, inputs, 1e-4);
    }),
    { numRuns: 25 },
  );
});

test('blocked convolutions of all strides, paddings, dilations and sizes agree with the reference, gradients too', async () => {
  const shapes = fc.record({
    ...{ height: fc.integer({ min: 5, max: 9 }), width: fc.integer({ min: 5, max: 9 }) },
    ...{ kernelHeight: fc.integer({ min: 1, max: 5 }), kernelWidth: fc.integer({ min: 1, max: 5 }) },
    ...{ from: fc.constantFrom(3, 16, 32), to: fc.constantFrom(16, 32, 48, 20) },
    ...{
      stride: fc.constantFrom<[number, number]>([1, 1], [2, 2], [2, 1], [3, 3]),
      dilation: fc.integer({ min: 1, max: 2 }),
    },
    padding: fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ stride, dilation, padding, ...of }) => {
      const [top = 0, bottom = 0, left = 0, right = 0] = padding;
      const pads: tf.backend_util.ExplicitPadding = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];
      // TensorFlow.js takes one of the two, and has no gradient of the dilated one.
      const steps = dilation > 1 ? 1 : stride;
      fc.pre((of.kernelHeight - 1) * dilation < of.height + top + bottom);
      fc.pre((of.kernelWidth - 1) * dilation < of.width + left + right);
      const convolve = (x: T, w: T) => tf.conv2d(x as T4, w as T4, steps, pads, 'NHWC', dilation) as T;
      const fn: TensorFunction = ({ x, w, v }) => {
        const apply = (x: T, w: T) =>
          tf
            .relu(convolve(x, w).add(v as T))
            .square()
            .sum();
        const y = tf.relu(convolve(x as T, w as T).add(v as T));
        const gradients = dilation > 1 ? [] : tf.grads(apply)([x as T, w as T]);
        return { y, ...Object.fromEntries(gradients.map((gradient, index) => [`d${index}`, gradient])) };
      };
      const tensors = {
        x: real([2, of.height, of.width, of.from], 1),
        w: real([of.kernelHeight, of.kernelWidth, of.from, of.to], 2, -0.2, 0.2),
        v: real([of.to], 3),
      };
      await agree(fn, tensors, 2e-5);
    }),
    { numRuns: 40 },
  );
});

test('any one pass may be left out', async () => {
  const step: TensorFunction = ({ x, w, v }) => ({
    dw: tf.grad((w: T) => {
      const y = conv(x as T, w);
      return tf.relu(conv(tf.relu(y.sub(y.mean([0, 1, 2]).add(v as T))), w)).sum();
    })(w as T),
  });
  const results = [];
  const names = new Set(passesFor(16).map(({ name }) => name));
  for (const left of ['none', ...names]) {
    const engine = createOnnxEngine(
      { threads: 1 },
      { passes: (all) => all.filter(({ name }) => name !== left) },
    );
    const { dw } = await engine.compile('step', step).run({ x: inputs.x, w: inputs.w, v: inputs.v });
    results.push({ left, dw });
    await engine.dispose();
  }
  for (const { left, dw } of results) {
    expect(difference(dw, results[0]?.dw ?? inputs.w), left).toBeLessThan(1e-5);
  }
});
