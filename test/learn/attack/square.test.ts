import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Engine, Tensors } from '../../../src/engine/engine.ts';
import { square, squareSide } from '../../../src/learn/attack/square.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { landscape, linear, tanhNet } from '../toys.ts';
import { attacked, brokenAt, objectivesAt, type Toy } from './perturb.ts';

/** A linear model of two classes on images of 5 by 7 pixels and 2 channels. */
const [height, width, channels] = [5, 7, 2] as const;
const size = height * width * channels;
const slopes = [...stream(1, 'test/slopes').uniform(size, -1, 1)];
const flat = linear([slopes, slopes.map((slope) => -slope)], [0, 0]);
const model: Model = { ...flat.model, inputShape: [height, width, channels] };
const picture: Toy = { ...flat, model };
const clean = [...stream(1, 'test/image').uniform(size, 0, 1)];
const margin = clean.reduce((sum, pixel, index) => sum + 2 * pixel * (slopes[index] ?? 0), 0);
const label = margin > 0 ? 0 : 1;

describe('the side of the square', () => {
  it('is that of the reference implementation (robustness.md, section 1.5)', () => {
    const queries = [0, 11, 51, 201, 501, 1001, 2001, 4001];
    const sides = (length: number) => queries.map((query) => squareSide(query, 0.8, length, length));
    expect(sides(32)).toEqual([29, 20, 14, 10, 7, 5, 4, 3]);
    expect(sides(64)).toEqual([57, 40, 29, 20, 14, 10, 7, 5]);
    expect(sides(224)).toEqual([200, 142, 100, 71, 50, 35, 25, 18]);
    expect(queries.map((query) => squareSide(query - 1, 0.8, 32, 32)).slice(1)).toEqual(
      sides(32).slice(0, -1),
    );
  });

  it('is at least 1 and within the image', () => {
    expect(squareSide(9000, 0.8, 8, 8)).toBe(1);
    expect(squareSide(0, 0.8, 4, 100)).toBe(4);
  });
});

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('Square on the engine %s', (_, engine) => {
  it('breaks no example of a smooth net nearer than its distance, and breaks it a little farther (item 13)', async () => {
    const attack = (epsilon: number) => square({ epsilon, queries: 100 });
    expect(await brokenAt(attack, -1e-3, { engine })).toEqual([false, false, false, false]);
    const farther = await brokenAt(attack, 1e-3, { engine });
    expect([farther[0], farther[2], farther[3]]).toEqual([true, true, true]);
  });

  it('gets within a tenth of the worst point of a linear model, and never past it', async () => {
    const epsilon = 0.01; // too little to break it: the search goes on to the end
    const worst = clean.reduce((sum, pixel, index) => {
      const slope = (label === 0 ? 2 : -2) * (slopes[index] ?? 0);
      return sum + slope * Math.min(Math.max(pixel - epsilon * Math.sign(slope), 0), 1);
    }, 0);
    expect(worst).toBeGreaterThan(0);
    const reached = async (queries: number) => {
      const { pixels } = await attacked(square({ epsilon, queries }), picture, clean, [label], { engine });
      return -((await objectivesAt(engine, picture, pixels, [label], 'margin'))[0] ?? Number.NaN);
    };
    const way = Math.abs(margin) - worst;
    const left = (await reached(1500)) - worst;
    expect(left).toBeGreaterThan(-1e-5);
    expect(left / way).toBeLessThan(0.1);
    expect(await reached(100)).toBeGreaterThanOrEqual(await reached(400));
  });
});

describe('Square', () => {
  it('leaves every pixel at the border of the ball or of [0, 1]', async () => {
    const epsilon = 0.01;
    const { pixels } = await attacked(square({ epsilon, queries: 50 }), picture, clean, [label]);
    for (const [index, pixel] of pixels.entries()) {
      const [low, high] = [(clean[index] ?? 0) - epsilon, (clean[index] ?? 0) + epsilon];
      const gap = Math.min(Math.abs(pixel - Math.max(low, 0)), Math.abs(pixel - Math.min(high, 1)));
      expect(gap).toBeLessThan(1e-6);
    }
  });

  it('starts from stripes: all of a column, each channel by itself, goes one way', async () => {
    // At this epsilon one query suffices: what is given is what it started from.
    const toy: Toy = { ...linear([slopes.map(() => 0), slopes.map(() => 0)], [0, 1]), model };
    const { pixels } = await attacked(square({ epsilon: 0.3, queries: 5000 }), toy, clean, [0]);
    const ways = pixels.map((pixel, index) => Math.sign(pixel - (clean[index] ?? 0)));
    for (let column = 0; column < width * channels; column += 1) {
      const seen = Array.from({ length: height }, (_, row) => ways[row * width * channels + column]);
      expect(new Set(seen).size).toBe(1);
    }
    expect(new Set(ways)).toEqual(new Set([-1, 1]));
  });

  it('leaves an example alone once it is broken, whatever else is in the batch', async () => {
    const attack = square({ epsilon: 0.2, queries: 60 });
    const alone = await attacked(attack, tanhNet, tanhNet.x.slice(0, 2), [0]);
    const together = await attacked(attack, tanhNet, tanhNet.x, tanhNet.labels);
    expect(together.pixels.slice(0, 2)).toEqual(alone.pixels);
  });

  it('leaves an example alone that is broken early, while it goes on with another one', async () => {
    const distance = Math.abs(margin) / slopes.reduce((sum, slope) => sum + 2 * Math.abs(slope), 0);
    const attack = square({ epsilon: 6 * distance, queries: 60 });
    // As far from the border as an image can be: the whole batch is searched to the end.
    const firm = slopes.map((slope) => Number((label === 0 ? slope : -slope) > 0));
    const alone = await attacked(attack, picture, clean, [label]);
    const together = await attacked(attack, picture, [...clean, ...firm], [label, label]);
    expect(together.pixels.slice(0, size)).toEqual(alone.pixels);
    const labels = [label, label];
    const [broken = 0, unbroken = 0] = await objectivesAt(cpu, picture, together.pixels, labels, 'margin');
    expect(broken).toBeGreaterThan(0);
    expect(unbroken).toBeLessThan(0);
  });

  it('takes no pass for a square that changes no pixel, which counts as a query all the same', async () => {
    const queries = 200;
    const slope = landscape((t) => tf.sub(1, t)); // right everywhere, and least so at the upper border
    const passes = async (epsilon: number) => {
      let count = 0;
      const compile: Engine['compile'] = (...given) => {
        const compiled = cpu.compile(...given);
        const run = (inputs: Tensors) => {
          count += 1;
          return compiled.run(inputs);
        };
        return { ...compiled, run };
      };
      const attacker = square({ epsilon, queries })({ engine: { ...cpu, compile }, ...slope });
      const batch = { images: float32([1, 1, 1, 1], [0.5]), labels: float32([1, 2], [1, 0]) };
      const { images } = await attacker.perturb({ ...batch, random: () => stream(1, 'test/square') });
      return { count, pixel: images.data[0] };
    };
    // From the upper border, half of the squares lead to the lower one, and the others change nothing.
    const { count, pixel } = await passes(0.1);
    expect(pixel).toBeCloseTo(0.6, 6);
    expect(count).toBeGreaterThan(0.35 * queries);
    expect(count).toBeLessThan(0.65 * queries);
    // At epsilon 0 no square changes anything. The first pass is that of the stripes.
    expect((await passes(0)).count).toBe(1);
  });

  it('refuses no queries and a share of nothing', () => {
    const bad = expect.objectContaining({ reason: 'bad-attack' });
    expect(() => square({ epsilon: 0.1, queries: 0 })).toThrow(bad);
    expect(() => square({ epsilon: 0.1, queries: 10, share: 0 })).toThrow(bad);
  });
});
