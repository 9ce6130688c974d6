import { describe, expect, it } from 'vitest';
import { gaussianNoise, type UniformNoiseSettings, uniformNoise } from '../../../src/learn/attack/noise.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu } from '../calculate.ts';
import { linear, tanhNet } from '../toys.ts';
import { attacked, brokenAt } from './perturb.ts';

const size = 4000;
const flat = linear([new Array<number>(size).fill(0), new Array<number>(size).fill(0)], [1, 0]);
const grey = new Array<number>(size).fill(0.5);

async function noiseOf(builder: ReturnType<typeof uniformNoise>, seed = 0): Promise<number[]> {
  const { pixels } = await attacked(builder, flat, grey, [0], { seed });
  return pixels.map((pixel) => pixel - 0.5);
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => value * value)));

describe('uniform noise', () => {
  it('fills the ball evenly', async () => {
    const noise = await noiseOf(uniformNoise({ epsilon: 0.1 }));
    expect(Math.max(...noise)).toBeGreaterThan(0.0995);
    expect(Math.min(...noise)).toBeLessThan(-0.0995);
    expect(Math.abs(mean(noise))).toBeLessThan(0.003);
    expect(deviation(noise)).toBeCloseTo(0.1 / Math.sqrt(3), 2);
  });
});

describe('Gaussian noise', () => {
  it('has its standard deviation, by default half of epsilon, before it is cut to the ball', async () => {
    const narrow = await noiseOf(gaussianNoise({ epsilon: 0.5, sigma: 0.1 }));
    expect(deviation(narrow)).toBeCloseTo(0.1, 2);
    const cut = await noiseOf(gaussianNoise({ epsilon: 0.1, sigma: 0.05 }));
    const expected = [...stream(0, 'gaussian-noise', 0, 0).normals(size)].map((value) =>
      Math.min(Math.max(0.05 * value, -0.1), 0.1),
    );
    expect(Math.max(...cut.map((value, index) => Math.abs(value - (expected[index] ?? 0))))).toBeLessThan(
      1e-6,
    );
    // 4.6 percent of a normal variable are beyond two standard deviations.
    const atBorder = cut.filter((value) => Math.abs(Math.abs(value) - 0.1) < 1e-6).length / size;
    expect(atBorder).toBeGreaterThan(0.03);
    expect(atBorder).toBeLessThan(0.06);
  });

  it('refuses a negative sigma', () => {
    expect(() => gaussianNoise({ epsilon: 0.1, sigma: -1 })).toThrow('0 or more');
  });
});

describe.each([
  ['uniform noise', uniformNoise],
  [
    'Gaussian noise',
    (settings: UniformNoiseSettings) => gaussianNoise({ ...settings, sigma: settings.epsilon / 2 }),
  ],
])('%s', (_, builder) => {
  it('is other for another seed, another example and another draw', async () => {
    const one = await noiseOf(builder({ epsilon: 0.1 }));
    expect(await noiseOf(builder({ epsilon: 0.1 }))).toEqual(one);
    expect(await noiseOf(builder({ epsilon: 0.1 }), 1)).not.toEqual(one);
    const x = [0.5, 0.5];
    const { pixels } = await attacked(builder({ epsilon: 0.1 }), tanhNet, [...x, ...x], [1, 1]);
    expect(pixels.slice(0, 2)).not.toEqual(pixels.slice(2));
  });

  it('of many draws is the worst of each example', async () => {
    const { x, labels } = tanhNet;
    const settings = { epsilon: 0.2, restarts: 60 };
    const { pixels } = await attacked(builder(settings), tanhNet, x, labels);
    // The first example is near the border: one of sixty draws is past it.
    expect(pixels).not.toEqual((await attacked(builder({ epsilon: 0.2 }), tanhNet, x, labels)).pixels);
    expect((await brokenAt((epsilon) => builder({ epsilon, restarts: 60 }), 0.1, { engine: cpu }))[0]).toBe(
      true,
    );
  });

  it('breaks no example nearer than its distance, on either engine (item 13)', async () => {
    for (const engine of [cpu, onnx]) {
      const broken = await brokenAt((epsilon) => builder({ epsilon, restarts: 30 }), -1e-3, { engine });
      expect(broken).toEqual([false, false, false, false]);
    }
  });

  it('refuses no draws', () => {
    expect(() => builder({ epsilon: 0.1, restarts: 0 })).toThrow('at least one draw');
  });
});
