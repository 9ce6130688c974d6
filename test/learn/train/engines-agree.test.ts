import { expect, it } from 'vitest';
import type { Engine, Tensors } from '../../../src/engine/engine.ts';
import { toBatch } from '../../../src/learn/data/batch.ts';
import { defaultSgd } from '../../../src/learn/optimise/sgd.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { start } from '../../../src/learn/train/current.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { trainingStep } from '../../../src/learn/train/step.ts';
import { onnx, relativeDifference } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { toyData, toyModel } from './toy-training.ts';

const steps = 200;
const records = 96;
const { train: dataset } = toyData(records);
/**
 * Small: where rounding puts the input of a ReLU on the other side of 0 the gradient jumps, and large steps then carry
 * the trajectories apart. At 0.1 losses of 4e-4 come to differ by two hundredths of themselves.
 */
const learningRate = float32([], [0.01]);

async function training(engine: Engine): Promise<{ losses: number[]; last: Tensors }> {
  const method = standard()({ engine, model: toyModel });
  const step = engine.compile('test', trainingStep(method, defaultSgd));
  let last = start(toyModel, method, undefined, 1, 8).tensors;
  const losses: number[] = [];
  for (let index = 0; index < steps; index += 1) {
    const batch = toBatch(dataset, stream(1, 'test/batches', index).permutation(records).subarray(0, 8));
    const { loss, logits: _, ...next } = await step.run({ ...last, ...batch, learningRate });
    losses.push(loss?.data[0] ?? Number.NaN);
    last = next;
  }
  await step.dispose();
  return { losses, last };
}

it('200 compiled steps of SGD with momentum have the losses of the reference to 1 %, each of them, and end at its weights', async () => {
  const [expected, actual] = [await training(cpu), await training(onnx)];
  expect(expected.losses.at(-1)).toBeLessThan((expected.losses[0] ?? 0) / 50);
  for (const [step, loss] of expected.losses.entries()) {
    const gap = Math.abs((actual.losses[step] ?? Number.NaN) - loss);
    expect(gap / loss, `step ${step}`).toBeLessThanOrEqual(0.01);
  }
  for (const [name, tensor] of Object.entries(expected.last)) {
    if (name.startsWith('velocity/')) continue;
    expect(relativeDifference(actual.last[name], tensor), name).toBeLessThanOrEqual(1e-3);
  }
});
