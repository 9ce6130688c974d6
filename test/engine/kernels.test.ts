import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TensorFunction } from '../../src/engine/engine.ts';
import { KERNELS } from '../../src/engine/onnx/kernels/all.ts';
import { agree, onnx } from './agree.ts';
import { real, whole } from './tensors.ts';

type T = tf.Tensor;
type Unary = (x: T) => T;
type Binary = (a: T, b: T) => T;

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const RUNS = { numRuns: 6 };

/** A function of inputs x, a and b, whichever there are. */
function on(fn: (x: T, a: T, b: T) => T | T[]): TensorFunction {
  return ({ x, a, b }) => {
    const result = fn(x as T, a as T, b as T);
    const list = Array.isArray(result) ? result : [result];
    return Object.fromEntries(list.map((tensor, index) => [`y${index}`, tensor]));
  };
}

/** `fn` and its gradient, with a slope that differs from element to element. */
function withGradient(fn: Unary): TensorFunction {
  return on((x) => {
    const weigh = (y: T) => tf.cos(tf.range(0, y.size)).reshape(y.shape);
    return [
      fn(x),
      tf.grad((x: T) =>
        fn(x)
          .mul(weigh(fn(x)))
          .sum(),
      )(x),
    ];
  });
}

const real1 = (low: number, high: number) => ({ low, high });

describe('element by element', () => {
  const smooth: Record<string, [Unary, { low: number; high: number }?]> = {
    abs: [tf.abs],
    acos: [tf.acos, real1(-0.9, 0.9)],
    acosh: [tf.acosh, real1(1.1, 3)],
    asin: [tf.asin, real1(-0.9, 0.9)],
    asinh: [tf.asinh],
    atan: [tf.atan],
    atanh: [tf.atanh, real1(-0.9, 0.9)],
    ceil: [tf.ceil],
    clipByValue: [(x) => tf.clipByValue(x, -0.5, 0.7)],
    cos: [tf.cos],
    cosh: [tf.cosh],
    elu: [tf.elu],
    erf: [tf.erf],
    exp: [tf.exp],
    expm1: [tf.expm1],
    floor: [tf.floor],
    leakyRelu: [(x) => tf.leakyRelu(x, 0.1)],
    log: [tf.log, real1(0.1, 3)],
    log1p: [tf.log1p, real1(-0.9, 3)],
    logSoftmax: [(x) => tf.logSoftmax(x.reshape([1, -1]))],
    neg: [tf.neg],
    prelu: [(x) => tf.prelu(x, tf.scalar(0.3))],
    reciprocal: [tf.reciprocal, real1(0.3, 3)],
    relu: [tf.relu],
    relu6: [(x) => tf.relu6(x.mul(5))],
    round: [tf.round],
    rsqrt: [tf.rsqrt, real1(0.1, 3)],
    selu: [tf.selu],
    sigmoid: [tf.sigmoid],
    sign: [tf.sign],
    sin: [tf.sin],
    sinh: [tf.sinh],
    softmax: [(x) => tf.softmax(x.reshape([1, -1]))],
    softplus: [tf.softplus],
    sqrt: [tf.sqrt, real1(0.1, 3)],
    square: [tf.square],
    step: [(x) => tf.step(x, 0.25)],
    tan: [tf.tan, real1(-1, 1)],
    tanh: [tf.tanh],
  };
  test.each(Object.entries(smooth))(
    '%s and its gradient agree with the reference',
    async (_, [fn, range]) => {
      await fc.assert(
        fc.asyncProperty(shapes, seeds, async (shape, seed) => {
          await agree(withGradient(fn), { x: real(shape, seed, range?.low, range?.high) }, 2e-5);
        }),
        RUNS,
      );
    },
  );

  const binary: Record<string, Binary> = {
    add: tf.add,
    sub: tf.sub,
    mul: tf.mul,
    div: (a, b) => tf.div(a, b.abs().add(0.5)),
    pow: (a, b) => tf.pow(a.abs().add(0.1), b),
    mod: (a, b) => tf.mod(a, b.abs().add(0.5)),
    addN: (a, b) => tf.addN([a.add(b), a.sub(b), b.add(a)]),
    where: (a, b) => tf.where(tf.cos(tf.range(0, a.size)).greater(0).reshape(a.shape), a.add(b), b.sub(a)),
  };
  test.each(Object.entries(binary))(
    '%s broadcasts, and its gradient agrees with the reference',
    async (_, fn) => {
      await fc.assert(
        fc.asyncProperty(shapes, seeds, fc.array(fc.boolean()), fc.nat(4), async (shape, seed, ones, cut) => {
          const narrow = shape
            .map((extent, axis) => (ones[axis] ? 1 : extent))
            .slice(Math.min(cut, shape.length));
          const inputs = { a: real(shape, seed), b: real(narrow, seed + 1) };
          const gradients = on((_, a, b) => [
            fn(a, b),
            ...tf.grads((a: T, b: T) => fn(a, b).square().sum())([a, b]),
          ]);
          await agree(gradients, inputs, 2e-5);
        }),
        RUNS,
      );
    },
  );

  test('operators that TensorFlow.js differentiates only without broadcasting agree with the reference', async () => {
    const fns = [tf.maximum, tf.minimum, tf.squaredDifference];
    await fc.assert(
      fc.asyncProperty(shapes, seeds, async (shape, seed) => {
        await agree(
          on((_, a, b) =>
            fns.flatMap((fn) => [
              fn(a, b),
              fn(a, 0.5),
              ...tf.grads((a: T, b: T) => fn(a, b).square().sum())([a, b]),
            ]),
          ),
          { a: real(shape, seed), b: real(shape, seed + 1) },
        );
      }),
      RUNS,
    );
  });

  test('comparisons and logic agree with the reference, on real and on whole numbers', async () => {
    const all = on((_, a, b) => [
      a.equal(b),
      a.notEqual(b),
      a.less(b),
      a.lessEqual(b),
      a.greater(b),
      a.greaterEqual(b),
      tf.logicalAnd(a.less(b), a.less(1)),
      tf.logicalOr(a.less(b), a.less(1)),
      tf.logicalXor(a.less(b), a.less(1)),
      tf.logicalNot(a.less(b)),
      tf.any(a.less(b)),
      tf.all(a.less(b)),
      a.less(b).sum(),
      a.less(b).greater(b.less(a)),
      a.less(b).toFloat().mul(2),
    ]);
    await fc.assert(
      fc.asyncProperty(shapes, seeds, async (shape, seed) => {
        await agree(all, { a: whole(shape, seed), b: whole(shape, seed + 1) });
        await agree(all, { a: real(shape, seed), b: real(shape, seed + 1) });
      }),
      RUNS,
    );
  });

  test('whole numbers stay whole and agree with the reference', async () => {
    const all = on((_, a, b) => [
      a.add(b),
      a.sub(b),
      a.mul(b),
      a.div(b.square().add(tf.scalar(1, 'int32'))),
      tf.floorDiv(a, b.square().add(tf.scalar(1, 'int32'))),
      tf.mod(a, b.square().add(tf.scalar(1, 'int32'))),
      tf.maximum(a, b),
      tf.minimum(a, b),
      a.neg(),
      a.abs(),
      a.sign(),
      a.square(),
      a.relu(),
      a.relu6(),
      a.clipByValue(-2, 2),
      a.sum(),
      a.max(),
      a.min(),
      a.prod(),
      a.mean(),
      a.toBool(),
      a.toFloat().mul(1.7).toInt(),
      tf.where(a.less(b), a, b),
    ]);
    await fc.assert(
      fc.asyncProperty(shapes, seeds, async (shape, seed) => {
        await agree(all, { a: whole(shape, seed), b: whole(shape, seed + 1) });
      }),
      RUNS,
    );
  });

  // WebGPU's language lets its compilers suppose that there are none.
  test.skipIf(onnx.identity.device === 'webgpu')('values that are not numbers are not hidden', async () => {
    const x = { shape: [4], data: new Float32Array([Number.NaN, Number.POSITIVE_INFINITY, -Infinity, 1]) };
    await agree(
      on((x) => [
        x.clipByValue(-1, 1),
        tf.maximum(x, 0),
        tf.minimum(x, 0),
        x.abs(),
        x.sum(),
        x.max(),
        tf.isNaN(x),
        tf.isInf(x),
        tf.isFinite(x),
        x.add(1),
        x.log1p(),
        x.exp(),
        x.square(),
        tf.relu(x),
      ]),
      { x },
    );
  });
});

describe('reductions', () => {
  const reductions: Record<string, (x: T, axes: number[], keep: boolean) => T> = {
    sum: tf.sum,
    mean: tf.mean,
    max: tf.max,
    min: tf.min,
    logSumExp: (x, axes, keep) => x.sub(0.1).exp().sum(axes, keep).log(),
  };
  test.each(Object.entries(reductions))(
    '%s and its gradient agree with the reference over any axes',
    async (_, fn) => {
      await fc.assert(
        fc.asyncProperty(
          shapes,
          seeds,
          fc.array(fc.boolean()),
          fc.boolean(),
          async (shape, seed, chosen, keep) => {
            const axes = shape.map((_, axis) => axis).filter((axis) => chosen[axis]);
            await agree(
              withGradient((x) => fn(x, axes, keep)),
              { x: real(shape, seed, 0.5, 1.5) },
              2e-5,
            );
          },
        ),
        RUNS,
      );
    },
  );

  test('argMax and argMin take the first of equals', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes.filter((s) => s.length > 0),
        seeds,
        fc.nat(3),
        async (shape, seed, axis) => {
          const inputs = { x: whole(shape, seed, 0, 3) };
          await agree(
            on((x) => [x.argMax(axis % shape.length), x.argMin(axis % shape.length)]),
            inputs,
          );
        },
      ),
      RUNS,
    );
  });
});

describe('shapes', () => {
  const x4 = real([2, 3, 4, 2], 1);
  const cases: Record<string, Unary> = {
    reshape: (x) => x.reshape([6, 8]),
    expandDims: (x) => x.expandDims(2).expandDims(-1),
    squeeze: (x) => x.slice([0, 1, 0, 0], [2, 1, 4, 2]).squeeze([1]),
    transpose: (x) => x.transpose([3, 1, 0, 2]),
    slice: (x) => x.slice([0, 1, 2], [1, 2, -1]),
    concat: (x) => tf.concat([x, x.mul(2), x], 1),
    stack: (x) => tf.stack([x, x.square()], 2),
    unstack: (x) => tf.addN(tf.unstack(x, 2)),
    split: (x) => tf.add(...(tf.split(x, 2, 2) as [T, T])),
    'split in uneven parts': (x) => tf.split(x, [1, 3], 2)[1] as T,
    pad: (x) =>
      tf.pad(
        x,
        [
          [0, 0],
          [1, 2],
          [2, 0],
          [0, 1],
        ],
        0.5,
      ),
    tile: (x) => x.tile([1, 2, 1, 3]),
    reverse: (x) => x.reverse([1, 3]),
    broadcastTo: (x) => x.slice([0, 0, 0, 0], [2, 1, 4, 1]).broadcastTo([2, 3, 4, 2]),
    gather: (x) => tf.gather(x, tf.tensor([2, 0, 0, 1], [4], 'int32'), 1),
    cumsum: (x) => tf.cumsum(x, 3, true, true),
    identity: (x) => tf.clone(x),
    'norm over channels': (x) => x.div(x.square().sum(-1, true).sqrt().add(1)),
  };
  test.each(Object.entries(cases))('%s and its gradient agree with the reference', async (_, fn) => {
    await agree(withGradient(fn), { x: x4 });
  });

  test('strided slices agree with the reference, backwards and with masks', async () => {
    await agree(
      on((x) => [
        x.stridedSlice([0, 2, 3, 0], [2, 0, 0, 2], [1, -1, -2, 1]),
        x.stridedSlice([0, 2, 3, 0], [2, 0, 0, 2], [1, -1, -1, 1], 0, 0b0110),
        tf.stridedSlice(x, [0, 1], [2, 3], [1, 1], 1, 0, 0, 0, 2),
        x.prod(),
        x.prod([1, 2]),
      ]),
      { x: x4 },
    );
  });

  test('padding by a mirror agrees with the reference', async () => {
    const pads: [number, number][] = [
      [0, 0],
      [1, 1],
      [0, 2],
      [1, 0],
    ];
    await agree(
      on((x) => [tf.mirrorPad(x, pads, 'reflect'), tf.mirrorPad(x, pads, 'symmetric')]),
      { x: x4 },
    );
  });

  test('what picks elements agrees with the reference', async () => {
    await agree(
      on((x) => {
        const indices = tf.tensor([0, 4, -1, 2], [4], 'int32');
        const { values, indices: places } = tf.topk(x.reshape([6, 8]), 3);
        return [
          tf.oneHot(indices, 4),
          tf.oneHot(indices, 4, 2, -1, 'float32'),
          values,
          places,
          tf.gatherND(
            x,
            tf.tensor(
              [
                [0, 1],
                [1, 2],
              ],
              [2, 2],
              'int32',
            ),
          ),
          tf.scatterND(tf.tensor([[1], [3], [1]], [3, 1], 'int32'), tf.tensor([1, 2, 3]), [5]),
          tf.unsortedSegmentSum(x.reshape([6, 8]), tf.tensor1d([0, 2, 1, 2, 0, 0], 'int32'), 4),
        ];
      }),
      { x: x4 },
    );
  });

  test('values made in the function agree with the reference', async () => {
    await agree(
      on((x) => [
        tf.range(0, 5, 0.7),
        tf.range(5, 0, -2, 'int32'),
        tf.linspace(0, 1, 5),
        tf.fill([2, 3], 7),
        tf.zeros([3], 'int32'),
        tf.ones([2], 'bool'),
        tf.onesLike(x),
        tf.zerosLike(x.toInt()),
        tf.scalar(3),
        x,
      ]),
      { x: x4 },
    );
  });
});

describe('matrices', () => {
  test('matMul agrees with the reference, transposed or not, in batches or not, with its gradients', async () => {
    const size = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        size,
        fc.constantFrom([], [3]),
        fc.boolean(),
        fc.boolean(),
        seeds,
        async (m, k, n, batch, transposeA, transposeB, seed) => {
          const a = real([...batch, ...(transposeA ? [k, m] : [m, k])], seed);
          const b = real([...batch, ...(transposeB ? [n, k] : [k, n])], seed + 1);
          const product = (a: T, b: T) => tf.matMul(a, b, transposeA, transposeB);
          await agree(
            on((_, a, b) => [
              product(a, b),
              ...tf.grads((a: T, b: T) => product(a, b).square().sum())([a, b]),
            ]),
            { a, b },
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  test('a fused matMul with bias and activation agrees with the reference', async () => {
    await agree(
      on((x, a, b) =>
        tf.fused.matMul({ a: x, b: a, bias: b, transposeA: false, transposeB: false, activation: 'relu' }),
      ),
      { x: real([3, 4], 1), a: real([4, 2], 2), b: real([2], 3) },
    );
  });
});

type Pad =
  | 'same'
  | 'valid'
  | number
  | [[number, number], [number, number], [number, number], [number, number]];
const windows = fc.record({
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  stride: fc.constantFrom(1, 2),
  pad: fc.constantFrom<Pad>(
    'same',
    'valid',
    1,
    [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
    [
      [0, 0],
      [0, 1],
      [2, 1],
      [0, 0],
    ],
  ),
  height: fc.integer({ min: 4, max: 7 }),
  width: fc.integer({ min: 4, max: 7 }),
  seed: seeds,
});

describe('convolutions', () => {
  test('conv2d and its gradients agree with the reference for all strides and paddings', async () => {
    await fc.assert(
      fc.asyncProperty(windows, async ({ kernel, stride, pad, height, width, seed }) => {
        fc.pre(pad !== 1 || kernel[0] === kernel[1]);
        const conv = (x: T, w: T) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad);
        await agree(
          on((_, a, b) => [conv(a, b), ...tf.grads((x: T, w: T) => conv(x, w).square().sum())([a, b])]),
          { a: real([2, height, width, 3], seed), b: real([...kernel, 3, 4], seed + 1) },
          2e-5,
        );
      }),
      { numRuns: 60 },
    );
  });

  test('the gradient of the gradient of conv2d agrees with the reference', async () => {
    const conv = (x: T, w: T) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same');
    const slope = (x: T, w: T) => tf.grad((x: T) => conv(x, w).square().sum())(x);
    await agree(
      on((_, a, b) => tf.grads((x: T, w: T) => slope(x, w).square().sum())([a, b])),
      { a: real([2, 5, 5, 2], 1), b: real([3, 3, 2, 3], 2) },
      2e-5,
    );
  });

  test('dilated, fused and channels-first convolutions agree with the reference', async () => {
    await agree(
      on((_, a, b) => [
        tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same', 'NHWC', 2),
        tf.fused.conv2d({
          x: a as tf.Tensor4D,
          filter: b as tf.Tensor4D,
          strides: 1,
          pad: 'same',
          bias: tf.ones([4]),
          activation: 'relu',
        }),
        tf.conv2d(a.transpose([0, 3, 1, 2]) as tf.Tensor4D, b as tf.Tensor4D, 1, 1, 'NCHW'),
      ]),
      { a: real([2, 6, 6, 3], 1), b: real([3, 3, 3, 4], 2) },
    );
  });

  test('depthwise conv2d and its gradients agree with the reference', async () => {
    await fc.assert(
      fc.asyncProperty(
        windows,
        fc.integer({ min: 1, max: 2 }),
        async ({ kernel, stride, pad, height, width, seed }, m) => {
          const conv = (x: T, w: T) =>
            tf.depthwiseConv2d(
              x as tf.Tensor4D,
              w as tf.Tensor4D,
              stride,
              typeof pad === 'number' ? 'same' : (pad as 'same'),
            );
          await agree(
            on((_, a, b) => [conv(a, b), ...tf.grads((x: T, w: T) => conv(x, w).square().sum())([a, b])]),
            { a: real([2, height, width, 3], seed), b: real([...kernel, 3, m], seed + 1) },
            2e-5,
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  test('pools and their gradients agree with the reference', async () => {
    await fc.assert(
      fc.asyncProperty(windows, async ({ stride, pad, height, width, seed }) => {
        const [size, border] = [3, pad === 'same' || pad === 'valid' || pad === 1 ? pad : 0] as const;
        await agree(
          on((x) => {
            const image = x;
            const max = (x: T) => tf.maxPool(x as tf.Tensor4D, size, stride, border);
            const mean = (x: T) => tf.avgPool(x as tf.Tensor4D, size, stride, border);
            return [
              max(image),
              mean(image),
              tf.grad((x: T) => max(x).square().sum())(image),
              tf.grad((x: T) => mean(x).square().sum())(image),
            ];
          }),
          { x: real([2, height, width, 3], seed) },
          2e-5,
        );
      }),
      { numRuns: 30 },
    );
  });

  test('batch normalisation with given statistics agrees with the reference, with its gradients', async () => {
    const normal = (x: T, scale: T) =>
      tf.batchNorm(
        x,
        tf.tensor1d([0.1, 0.2, -0.3]),
        tf.tensor1d([1, 2, 0.5]),
        tf.tensor1d([0.5, -1, 0]),
        scale as tf.Tensor1D,
        1e-5,
      );
    for (const shape of [
      [4, 3],
      [2, 4, 4, 3],
      [2, 4, 3],
    ]) {
      await agree(
        on((_, a, b) => [normal(a, b), ...tf.grads((x: T, s: T) => normal(x, s).square().sum())([a, b])]),
        { a: real(shape, 1), b: real([3], 2) },
      );
    }
  });
});

test('every kernel that gradients of models need has a lowering', () => {
  const missing = ['Conv2DBackpropInput', 'Conv2DBackpropFilter', 'MaxPoolGrad', 'AvgPoolGrad'].filter(
    (name) => !(name in KERNELS),
  );
  expect(missing).toEqual([]);
});
