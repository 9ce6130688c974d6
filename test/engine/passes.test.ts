import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TensorFunction } from '../../src/engine/engine.ts';
import { keepChannelsFirst } from '../../src/engine/onnx/passes/channels-first.ts';
import { forWebgpu } from '../../src/engine/onnx/passes/for-webgpu.ts';
import { mergeAxes } from '../../src/engine/onnx/passes/merge-axes.ts';
import { optimise, passesFor } from '../../src/engine/onnx/passes/optimise.ts';
import { stepMasks } from '../../src/engine/onnx/passes/step-masks.ts';
import { prepare } from '../../src/engine/onnx/session.ts';
import { trace } from '../../src/engine/onnx/trace.ts';
import { liveNodes } from '../../src/engine/trace/graph.ts';
import { simplify } from '../../src/engine/trace/passes/simplify.ts';
import { show } from '../../src/engine/trace/show.ts';
import { agree, cpu, difference, onnx } from './agree.ts';
import { count, graphOf } from './graphs.ts';
import { attackStep, initialise, labelsOf } from './resnet.ts';
import { real } from './tensors.ts';

type T = tf.Tensor;

describe('tracing', () => {
  test('merges common subexpressions', () => {
    const graph = graphOf(({ x }) => ({ y: (x as T).exp().add((x as T).exp()), z: (x as T).exp() }), {
      x: [3],
    });
    expect(count(graph)).toEqual({ Exp: 1, Add: 1 });
  });

  test('keeps apart what differs in an attribute, an input or a constant', () => {
    const graph = graphOf(
      ({ x }) => ({ a: (x as T).sum(0), b: (x as T).sum(1), c: (x as T).add(1), d: (x as T).add(2) }),
      { x: [3, 3] },
    );
    expect(count(graph)).toEqual({ ReduceSum: 2, Add: 2 });
  });

  test('drops what no output needs', () => {
    const graph = graphOf(
      ({ x }) => {
        (x as T).exp().log();
        return { y: (x as T).abs() };
      },
      { x: [3], unused: [4] },
    );
    expect(show(graph)).toBe('x: float32[3]\nv1: float32[3] = Abs(x)\nreturn y=v1');
  });
});

describe('simplify', () => {
  const cases: Record<string, [TensorFunction, Record<string, number>]> = {
    'drops what adds zero or multiplies by one': [
      ({ x }) => ({
        y: (x as T)
          .mul(tf.ones([2, 3]))
          .add(0)
          .div(1)
          .sub(tf.zeros([3])),
      }),
      {},
    ],
    'multiplies by one value instead of a filled tensor': [
      ({ x }) => ({ y: (x as T).mul(tf.fill([2, 3], 4)) }),
      { Mul: 1 },
    ],
    'lets an operator broadcast instead of expanding its operand': [
      ({ x }) => ({ y: (x as T).mul((x as T).sum(1, true).tile([1, 3])) }),
      { ReduceSum: 1, Mul: 1 },
    ],
    'merges reshapes and drops the empty one': [
      ({ x }) => ({ y: (x as T).reshape([6]).reshape([3, 2]).reshape([3, 2]) }),
      { Reshape: 1 },
    ],
    'cancels transpositions': [({ x }) => ({ y: (x as T).transpose().transpose() }), {}],
    'reshapes where a transposition moves only ones': [
      ({ x }) => ({ y: (x as T).expandDims(0).transpose([1, 0, 2]) }),
      { Reshape: 1 },
    ],
    'subtracts instead of adding a negative': [
      ({ x }) => ({ y: (x as T).exp().add((x as T).neg()) }),
      { Exp: 1, Sub: 1 },
    ],
    'calculates with numbers': [
      ({ x }) => ({ y: (x as T).mul(tf.scalar(3).div(2).add(1).sub(tf.scalar(0.5).neg())) }),
      { Mul: 1 },
    ],
    'drops slices and pads of nothing': [
      ({ x }) => ({
        y: (x as T).slice([0, 0], [2, 3]).pad([
          [0, 0],
          [0, 0],
        ]),
      }),
      {},
    ],
  };

  test('multiplies the smaller factor by a power of two, and by no other number', () => {
    const scaled = (factor: number) => {
      const fn: TensorFunction = ({ x, v }) => ({ y: (x as T).mul(factor).mul(v as T) });
      return show(simplify(graphOf(fn, { x: [2, 3], v: [3] })));
    };
    expect(scaled(2)).toContain('float32[3] = Mul(v, ');
    expect(scaled(-0.25)).toContain('float32[3] = Mul(v, ');
    expect(scaled(3)).not.toContain('float32[3] = Mul(v, ');
  });

  test.each(Object.entries(cases))('%s', async (_, [fn, expected]) => {
    expect(count(simplify(graphOf(fn, { x: [2, 3] })))).toEqual(expected);
    await agree(fn, { x: real([2, 3], 1) });
  });

  test('changes no result of any chain of reshapes, expansions, transpositions and sums', async () => {
    const steps: ((x: T, seed: number) => T)[] = [
      (x) => x.reshape(x.shape.toReversed()),
      (x) => x.expandDims(0),
      (x) => x.expandDims(-1),
      (x) => x.transpose(),
      (x) => (x.rank > 4 ? x.sum(0) : x.tile(x.shape.map((extent) => (extent === 1 ? 2 : 1)))),
      (x) => (x.rank > 1 ? x.sum(1, true).mul(x) : x),
      (x) => x.sum(-1, true),
      (x) => x.add(tf.ones(x.shape)),
      (x) => x.mul(tf.fill(x.shape, 0.5)),
      (x) => x.mul(x.neg()),
      (x) => (x.rank > 2 ? x.max(1) : x),
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(steps.length - 1), { minLength: 2, maxLength: 7 }), async (chain) => {
        const fn: TensorFunction = ({ x }) => ({
          y: chain.reduce((value, step) => steps[step]?.(value, step) ?? value, x as T),
        });
        await agree(fn, { x: real([2, 1, 3], 1, -1, 1) });
      }),
      { numRuns: 60 },
    );
  });
});

describe('stepMasks', () => {
  const slope: TensorFunction = ({ x }) => ({
    dx: tf.grad((x: T) => tf.relu(x.mul(2)).square().sum())(x as T),
  });

  test('takes the slope of a ReLU in one pass, off its result', () => {
    const graph = stepMasks(simplify(graphOf(slope, { x: [2, 3] })));
    expect(count(graph)).toMatchObject({ HardSigmoid: 1, Relu: 1 });
    expect(count(graph)).not.toHaveProperty('Greater');
    const mask = liveNodes(Object.values(graph.outputs)).find(({ op }) => op === 'HardSigmoid');
    expect(mask?.inputs[0]?.node.op).toBe('Relu');
  });

  test('gives 0 at 0 and below, and 1 from the smallest normal number on', async () => {
    const x = {
      shape: [7],
      data: Float32Array.of(-1, -1e-38, 0, 1.2e-38, 1, Number.POSITIVE_INFINITY, 3e38),
    };
    const step: TensorFunction = ({ x }) => ({ y: tf.step(x as T).toFloat() });
    const { y } = await onnx.compile('step', step).run({ x });
    expect([...(y?.data ?? [])]).toEqual([0, 0, 0, 1, 1, 1, 1]);
    await agree(slope, { x: real([5, 4], 3) });
  });
});

describe('forWebgpu', () => {
  const shapes = { a: [2, 5, 3], b: [2, 4, 5] };
  const fn: TensorFunction = ({ a, b }) => ({
    product: tf.matMul((a as T).sign(), b as T, true, true),
    whole: (a as T).mul(3).toInt().sign(),
  });

  test('leaves no transposed product and no sign, and changes no result', async () => {
    const graph = forWebgpu(graphOf(fn, shapes));
    expect(count(graph)).toMatchObject({ MatMul: 1, Transpose: 2, Sub: 2 });
    expect(count(graph)).not.toHaveProperty('FusedMatMul');
    expect(count(graph)).not.toHaveProperty('Sign');
    const inputs = {
      a: { shape: shapes.a, data: Float32Array.from({ length: 30 }, (_, i) => [0, -0, 2, -3][i % 4] ?? 0) },
      b: real(shapes.b, 1),
    };
    const plain = await prepare(graph, { threads: 1, device: 'cpu' });
    const actual = await plain.run(inputs);
    await plain.release();
    const expected = await cpu.compile('test', fn).run(inputs);
    for (const name of ['product', 'whole']) {
      const reference = expected[name];
      if (reference === undefined) throw new Error(`no ${name}`);
      expect(difference(actual[name], reference)).toBeLessThan(1e-6);
    }
  });
});

describe('mergeAxes', () => {
  const shape = [2, 3, 4, 5];
  test.each([
    ['moves pairs of axes as one', [2, 3, 0, 1], [1, 0]],
    ['leaves what stays in front as one', [0, 1, 3, 2], [0, 2, 1]],
    ['leaves a transposition in which no two axes stay together', [3, 1, 0, 2], [3, 1, 0, 2]],
  ])('%s', (_, perm, merged) => {
    const graph = mergeAxes(graphOf(({ x }) => ({ y: tf.transpose(x as T, perm) }), { x: shape }));
    const [node] = liveNodes(Object.values(graph.outputs)).filter(({ op }) => op === 'Transpose');
    expect(node?.attributes.perm).toEqual(merged);
    expect(graph.outputs.y?.shape).toEqual(perm.map((axis) => shape[axis]));
  });

  test('changes no result of any transposition', async () => {
    const perms = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 });
    await fc.assert(
      fc.asyncProperty(perms, async (perm) => {
        await agree(({ x }) => ({ y: tf.transpose(x as T, perm).mul(2) }), { x: real([2, 3, 1, 4, 2], 1) });
      }),
      { numRuns: 30 },
    );
  });
});

describe('keepChannelsFirst', () => {
  const filter = real([3, 3, 4, 4], 2);
  const conv = (x: T) => tf.conv2d(x as tf.Tensor4D, tf.tensor(filter.data, [3, 3, 4, 4]), 1, 'same') as T;
  const chains: Record<string, [(x: T) => T, number]> = {
    'a chain of convolutions and elementwise operators needs a transposition at each end alone': [
      (x) =>
        conv(
          tf.relu(
            conv(x)
              .mul(tf.tensor1d([1, 2, 3, 4]))
              .add(x),
          ),
        ),
      2,
    ],
    'a mean over the image needs none at its end': [(x) => conv(x).mean([1, 2]), 1],
    'statistics of channels need none': [
      (x) =>
        conv(x)
          .sub(conv(x).mean([0, 1, 2]))
          .square()
          .mean([0, 1, 2]),
      1,
    ],
    'slices, pads, and concatenations of images follow': [
      (x) => {
        const y = conv(x);
        return tf
          .concat([y, y], 3)
          .slice([0, 1, 1, 2], [2, 3, 3, 4])
          .pad([
            [0, 0],
            [1, 0],
            [0, 1],
            [0, 0],
          ])
          .sum([1, 2]);
      },
      1,
    ],
    'a sum over the batch is put in order': [(x) => conv(x).sum(0), 2],
    'a flattened image is in the order of TensorFlow.js': [(x) => conv(x).reshape([2, 100]), 2],
  };
  test.each(Object.entries(chains))('%s', async (_, [chain, transpositions]) => {
    const fn: TensorFunction = ({ x }) => ({ y: chain(x as T) });
    // The filter's own transposition is on top.
    const graph = simplify(keepChannelsFirst(simplify(graphOf(fn, { x: [2, 5, 5, 4] }))));
    expect(count(graph).Transpose).toBe(transpositions + 1);
    await agree(fn, { x: real([2, 5, 5, 4], 1) });
  });

  test('changes no result of any chain of operators on images', async () => {
    const best = (x: tf.Tensor4D) => x.add(x.argMax(3).toFloat().expandDims(3));
    const softmax = (x: tf.Tensor4D) => x.softmax();
    const steps: ((x: tf.Tensor4D) => T)[] = [
      conv,
      tf.relu,
      (x) => x.add(tf.tensor1d([1, 2, 3, 4])),
      (x) => x.mul(x.mean([1, 2], true)),
      (x) => x.sub(x.sum([3], true)),
      (x) => x.mul(x.max([0], true)),
      (x) => x.mul(tf.range(0, 25).reshape([5, 5, 1])),
      (x) => x.reverse(2),
      (x) =>
        x
          .pad(
            [
              [0, 0],
              [0, 0],
              [1, 0],
              [0, 0],
            ],
            2,
          )
          .slice([0, 0, 0, 0], [2, 5, 5, 4]),
      (x) => x.reshape([2, 25, 4]).transpose([0, 2, 1]).reshape([2, 5, 5, 4]),
      (x) => tf.concat(tf.split(x, 2, 3).toReversed(), 3),
      (x) => tf.where(x.greater(0), x, tf.zerosLike(x)),
      (x) => x.mul(x.mean([1, 2, 3]).reshape([2, 1, 1, 1])),
      best,
      softmax,
      (x) => tf.maxPool(x, 3, 1, 'same'),
    ];
    // After these, channels can be so nearly equal that rounding decides which one is the best.
    const leavesTies = (step: number) => steps[step] === best || steps[step] === softmax;
    const isDecided = (chain: number[]) => {
      const first = chain.findIndex(leavesTies);
      return first < 0 || !chain.slice(first + 1).some((step) => steps[step] === best);
    };
    const chains = fc.array(fc.nat(steps.length - 1), { minLength: 2, maxLength: 6 }).filter(isDecided);
    await fc.assert(
      fc.asyncProperty(chains, async (chain) => {
        const bounded = (x: T) => tf.tanh(x.mul(0.1));
        const fn: TensorFunction = ({ x }) => {
          const apply = (x: T) =>
            chain.reduce((value, step) => bounded(steps[step]?.(value as tf.Tensor4D) ?? value), x);
          return { y: apply(x as T), total: apply(x as T).mean([0, 1]) };
        };
        await agree(fn, { x: real([2, 5, 5, 4], 1) }, 1e-4);
      }),
      { numRuns: 40 },
    );
  });

  test('leaves an attack step on a residual network with transpositions of images at its border alone', () => {
    const net = { width: 4, classes: 3, activation: 'relu' } as const;
    const { params, state } = initialise(net);
    const shapes = { x: { shape: [5, 8, 8, 3] }, x0: { shape: [5, 8, 8, 3] }, labels: labelsOf(5, 3) };
    const types = Object.entries({ ...shapes }).map(([name, { shape }]) => [
      name,
      { shape, dtype: 'float32' as const },
    ]);
    const graph = optimise(
      trace('test', attackStep(net), Object.fromEntries(types), { ...params, ...state }),
      passesFor(undefined),
    );
    const images = liveNodes(Object.values(graph.outputs)).filter(
      ({ op, inputs, outputs }) =>
        op === 'Transpose' && inputs[0]?.node.op !== 'Constant' && outputs[0]?.shape[0] === 5,
    );
    expect(images.length).toBeLessThanOrEqual(3);
  });
});
