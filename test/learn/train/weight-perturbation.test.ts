import { describe, expect, it } from 'vitest';
import type { HostTensor, Tensors } from '../../../src/engine/engine.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { trainingStep } from '../../../src/learn/train/step.ts';
import { trades } from '../../../src/learn/train/trades.ts';
import { train } from '../../../src/learn/train/train.ts';
import { awp } from '../../../src/learn/train/weight-perturbation.ts';
import { onnx } from '../../engine/agree.ts';
import { cpu, float32, greatestDifference } from '../calculate.ts';
import { tradesDefaults } from '../defaults.ts';
import { tanhNet } from '../toys.ts';
import { lossOf, smooth } from './method-loss.ts';
import { toyData, toyTraining } from './toy-training.ts';

const gamma = 0.05;
const decay = 0.1;
const rate = 0.2;
const sgd = { momentum: 0, weightDecay: decay, decay: 'all', nesterov: false } as const;

function changed(
  tensor: HostTensor | undefined,
  change: (value: number, index: number) => number,
): HostTensor {
  if (!tensor) throw new Error('No tensor');
  return float32(tensor.shape, Array.from(tensor.data, change));
}

const norm = ({ data }: HostTensor) => Math.hypot(...data);

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s, adversarial weight perturbation', (_, engine) => {
  const { model, weights } = tanhNet;

  it('moves weights by γ of their norm up the loss, takes the step there, decay included, and goes back', async () => {
    const context = { engine, model };
    const plain = standard()(context);
    const first = await lossOf(engine, model, plain, smooth);
    const shifts = Object.fromEntries(
      Object.entries(weights).map(([name, tensor]) => {
        const gradient = first[`gradient/${name}`] ?? tensor;
        const length = tensor.shape.length < 2 ? 0 : (gamma * norm(tensor)) / norm(gradient);
        return [name, changed(gradient, (value) => length * value)];
      }),
    );
    const raised: Tensors = Object.fromEntries(
      Object.entries(weights).map(([name, tensor]) => [
        name,
        changed(tensor, (value, index) => value + (shifts[name]?.data[index] ?? 0)),
      ]),
    );
    const second = await lossOf(engine, model, plain, { ...smooth, weights: raised });
    expect(second.value?.data[0]).toBeGreaterThan(first.value?.data[0] ?? Number.NaN);

    const step = engine.compile('test', trainingStep(awp(standard(), { gamma })(context), sgd));
    const named = Object.entries(weights).flatMap(([name, tensor]) => [
      [`model/${name}`, tensor],
      [`velocity/model/${name}`, changed(tensor, () => 0)],
    ]);
    const { images, labels } = smooth.batch;
    const learningRate = float32([], [rate]);
    const found = await step.run({ ...Object.fromEntries(named), images, labels, learningRate });
    for (const [name, tensor] of Object.entries(weights)) {
      const expected = Array.from(tensor.data, (value, index) => {
        const there = raised[name]?.data[index] ?? Number.NaN;
        const slope = second[`gradient/${name}`]?.data[index] ?? Number.NaN;
        return value - rate * (slope + decay * there);
      });
      expect(greatestDifference(found[`model/${name}`]?.data ?? [], expected), name).toBeLessThan(1e-6);
    }
    expect(found.loss?.data[0]).toBeCloseTo(second.value?.data[0] ?? Number.NaN, 6);
  });
});

describe('adversarial weight perturbation', () => {
  it('of γ 0 changes nothing', async () => {
    expect(await train(toyTraining(awp(standard(), { gamma: 0 })))).toEqual(
      await train(toyTraining(standard())),
    );
  });

  it('on top of TRADES lowers the loss', async () => {
    const inner = trades({ ...tradesDefaults, epsilon: 0.05, stepSize: 0.02, steps: 2 });
    const options = toyTraining(awp(inner), { dataset: toyData(96).train, epochs: 6 });
    const { history } = await train(options);
    expect(history.at(-1)?.loss).toBeLessThan((history[0]?.loss ?? 0) * 0.8);
  });
});
