import { describe, expect, it } from 'vitest';
import type { Engine, Tensors } from '../../../src/engine/engine.ts';
import { freeAt } from '../../../src/learn/train/free-at.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { trainingStep } from '../../../src/learn/train/step.ts';
import { train } from '../../../src/learn/train/train.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32, greatestDifference } from '../calculate.ts';
import { freeAtDefaults } from '../defaults.ts';
import { oneHot, threeClasses } from '../toys.ts';
import { learned, memory, toyTraining } from './toy-training.ts';

const sgd = { momentum: 0, weightDecay: 0, decay: 'all', nesterov: false } as const;

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s, a step of free adversarial training', (_, engine: Engine) => {
  const { model, weights, x } = threeClasses;
  const images = float32([1, 1, 1, 3], x);
  const labels = oneHot([0], 3);
  const rest = Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      `velocity/model/${name}`,
      float32(shape, new Float32Array(data.length)),
    ]),
  );
  const trained = Object.fromEntries(
    Object.entries(weights).map(([name, tensor]) => [`model/${name}`, tensor]),
  );
  const step = async (perturbation: number[]): Promise<Tensors> => {
    const method = freeAt({ epsilon: 0.1, replays: 2 })({ engine, model });
    const compiled = engine.compile('test', trainingStep(method, sgd));
    const carried = { 'carried/perturbation': float32([1, 1, 1, 3], perturbation) };
    return compiled.run({
      ...trained,
      ...rest,
      ...carried,
      images,
      labels,
      learningRate: float32([], [0.5]),
    });
  };

  it('moves the perturbation by epsilon along the sign of its gradient and clips it to the ball', async () => {
    // The gradient of item 9 has the signs -, +, -, in the whole ball.
    const moved = async (from: number[]) => (await step(from))['carried/perturbation']?.data ?? [];
    expect(greatestDifference(await moved([0, 0, 0]), [-0.1, 0.1, -0.1])).toBeLessThan(1e-7);
    expect(greatestDifference(await moved([0.05, 0.03, -0.1]), [-0.05, 0.1, -0.1])).toBeLessThan(1e-7);
  });

  it('takes the weights’ gradient at the images with the perturbation as it was, clipped to [0, 1]', async () => {
    const far = [0.1, -0.05, 0.02];
    const seen = x.map((pixel, index) => Math.min(Math.max(pixel + (far[index] ?? 0), 0), 1));
    const plain = engine.compile('test', trainingStep(standard()({ engine, model }), sgd));
    const learningRate = float32([], [0.5]);
    const expected = await plain.run({
      ...trained,
      ...rest,
      images: float32([1, 1, 1, 3], seen),
      labels,
      learningRate,
    });
    const found = await step(far);
    for (const name of ['model/w', 'model/b', 'loss', 'logits']) {
      expect(greatestDifference(found[name]?.data ?? [], expected[name]?.data ?? []), name).toBeLessThan(
        1e-6,
      );
    }
  });
});

describe('free adversarial training', () => {
  it('has the published values as its defaults', () => {
    expect(freeAtDefaults).toEqual({ epsilon: 8 / 255, replays: 8 });
  });

  it('of epsilon 0 and one replay is standard training', async () => {
    const free = await train(toyTraining(freeAt({ epsilon: 0, replays: 1 })));
    const plain = await train(toyTraining(standard()));
    expect(learned(free)).toEqual(learned(plain));
  });

  it('takes each batch as often as it has replays, and carries the perturbation to the next one', async () => {
    const snapshots = memory();
    const seen: Float32Array[] = [];
    const spied = freeAt({ epsilon: 0.05, replays: 3 });
    await train(
      toyTraining(
        (context) => ({
          ...spied(context),
          prepare(batch) {
            seen.push(Float32Array.from(batch.images.data));
            return batch;
          },
        }),
        { epochs: 1, snapshots },
      ),
    );
    // 40 records are two batches of 16.
    expect(seen).toHaveLength(6);
    expect([seen[1], seen[2]]).toEqual([seen[0], seen[0]]);
    expect(seen[3]).not.toEqual(seen[0]);
    expect([seen[4], seen[5]]).toEqual([seen[3], seen[3]]);
    const perturbation = snapshots.saved[0]?.tensors['carried/perturbation'];
    expect(perturbation?.shape).toEqual([16, 6, 6, 1]);
    expect(Math.max(...(perturbation?.data ?? []).map(Math.abs))).toBeCloseTo(0.05, 6);
  });

  it('gives a model without its perturbation', async () => {
    const { last } = await train(toyTraining(freeAt({ epsilon: 0.05, replays: 2 }), { epochs: 1 }));
    expect(Object.keys(last).filter((name) => name.includes('perturbation'))).toEqual([]);
  });
});
