import { expect } from 'vitest';
import type { Engine, HostTensor, Tensors } from '../../../src/engine/engine.ts';
import { toBatch } from '../../../src/learn/data/batch.ts';
import { withGradients } from '../../../src/learn/loss/gradients.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { rank2, rank4 } from '../../../src/learn/model/rank.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import type {
  Method,
  MethodBuilder,
  PreparedBatch,
  TrainingStepContext,
} from '../../../src/learn/train/method.ts';
import { group, withPrefix } from '../../../src/learn/train/names.ts';
import { batchInputs } from '../../../src/learn/train/step.ts';
import { onnx, relativeDifference } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { usedWeights } from '../families.ts';
import { expectSlopes } from '../finite-differences.ts';
import { oneHot, tanhNet } from '../toys.ts';
import { toyData, toyModel } from './toy-training.ts';

export const random = (name: string) => stream(0, name);

/** The net of item 12 with its four examples and what an attack makes of them. */
export const smooth = {
  weights: tanhNet.weights,
  batch: {
    images: float32([4, 1, 1, 2], tanhNet.x),
    labels: oneHot(tanhNet.labels, 4),
    extras: { adversarial: float32([4, 1, 1, 2], tanhNet.worstPoint) },
  },
};

/** A residual network with six images. */
export const toy = { weights: usedWeights(toyModel), batch: toBatch(toyData().train, [0, 1, 2, 3, 4, 5]) };

/** The batch as a method prepares it, on the reference engine. */
export async function prepared(
  method: Method,
  { weights, batch }: Given = toy,
  at: Partial<TrainingStepContext> = {},
): Promise<PreparedBatch> {
  const result = await method.prepare?.(batch, {
    ...{ weights: async () => weights, random, step: 0, steps: 1 },
    ...at,
  });
  if (!result) throw new Error('The method prepares nothing');
  return result;
}

interface Given {
  /** The model's parameters and state. */
  readonly weights: Tensors;
  readonly batch: PreparedBatch;
  /** The method's own parameters. */
  readonly own?: Tensors;
}

/** A method's loss as `value`, its `gradient/…` with respect to the model's parameters, `state/…` and `logits`, compiled. */
function compiledLoss(engine: Engine, model: Model, method: Method) {
  const trained = new Set(model.parameters.map(({ name }) => name));
  const compiled = engine.compile('test', (inputs) => {
    const { images, labels } = inputs;
    if (!images || !labels) throw new Error('No batch');
    const all = group('weights', inputs);
    const parameters = Object.fromEntries(Object.entries(all).filter(([name]) => trained.has(name)));
    const { value, results, gradients } = withGradients(() => {
      const { loss, logits, state } = method.loss({
        weights: all,
        own: group('own', inputs),
        fixed: group('fixed', inputs),
        extras: group('extras', inputs),
        carried: group('carried', inputs),
        images: rank4(images),
        labels: rank2(labels),
      });
      return { value: loss, results: { logits, ...withPrefix('state', state) } };
    }, parameters);
    return { value, ...results, ...withPrefix('gradient', gradients) };
  });
  const fixed = withPrefix('fixed', method.fixed ?? {});
  return {
    run: ({ weights, batch, own = {} }: Given) =>
      compiled.run({
        ...withPrefix('weights', weights),
        ...withPrefix('own', own),
        ...fixed,
        ...batchInputs(batch),
      }),
    dispose: () => compiled.dispose(),
  };
}

/** What `compiledLoss` gives, once. */
export async function lossOf(engine: Engine, model: Model, method: Method, given: Given): Promise<Tensors> {
  const compiled = compiledLoss(engine, model, method);
  const outputs = await compiled.run(given);
  await compiled.dispose();
  return outputs;
}

export async function lossValue(...given: Parameters<typeof lossOf>): Promise<number> {
  return (await lossOf(...given)).value?.data[0] ?? Number.NaN;
}

/** Holds the gradient of a method's loss to finite differences, which wants a smooth model. */
export async function expectTrueGradient(
  engine: Engine,
  model: Model,
  method: Method,
  given: Given,
  h?: number,
): Promise<void> {
  const compiled = compiledLoss(engine, model, method);
  const found = await compiled.run(given);
  for (const { name } of model.parameters) {
    const tensor = given.weights[name];
    if (!tensor) throw new Error(name);
    const valueAt = async (moved: HostTensor) => {
      const outputs = await compiled.run({ ...given, weights: { ...given.weights, [name]: moved } });
      return outputs.value?.data[0] ?? Number.NaN;
    };
    await expectSlopes(name, tensor, found[`gradient/${name}`]?.data ?? [], valueAt, h);
  }
  await compiled.dispose();
}

/** Computes loss, gradients and state on both engines; demands that they agree to 1e-4. */
export async function expectEnginesAgree(builder: MethodBuilder, model: Model, given: Given) {
  const [reference, compiled] = [builder({ engine: cpu, model }), builder({ engine: onnx, model })];
  const [expected, actual] = [
    await lossOf(cpu, model, reference, given),
    await lossOf(onnx, model, compiled, given),
  ];
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, tensor] of Object.entries(expected)) {
    expect(relativeDifference(actual[name], tensor), name).toBeLessThanOrEqual(1e-4);
  }
}
