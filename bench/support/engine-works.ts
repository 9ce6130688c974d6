import type { Engine, Tensors } from '../../src/engine/engine.ts';
import { gradientStep } from '../../src/learn/attack/gradient-step.ts';
import type { Batch } from '../../src/learn/data/batch.ts';
import { initialise } from '../../src/learn/model/init.ts';
import type { Model } from '../../src/learn/model/model.ts';
import { createModel } from '../../src/learn/model/models.ts';
import { defaultSgd } from '../../src/learn/optimise/sgd.ts';
import { stream } from '../../src/learn/random/stream.ts';
import { start, weightsOf } from '../../src/learn/train/current.ts';
import type { MethodBuilder } from '../../src/learn/train/method.ts';
import { withPrefix } from '../../src/learn/train/names.ts';
import { pgdAt } from '../../src/learn/train/pgd-at.ts';
import { standard } from '../../src/learn/train/standard.ts';
import { batchInputs, trainingStep } from '../../src/learn/train/step.ts';
import { mixacm } from '../../src/learn/transfer/mixacm.ts';

export const BATCH = 64;
export const works = ['pgd-step', 'training-step', 'pgd-at-step', 'mixacm-step'] as const;
export type Work = (typeof works)[number];

/** One step of a work, as retable's own trainings and attacks do it. */
export interface Step {
  run(): Promise<unknown>;
  dispose(): Promise<void>;
}

const [epsilon, stepSize] = [8 / 255, 2 / 255];

export function stepOf(work: Work, engine: Engine, net: string): Step {
  const model = createModel(net, { inputShape: [32, 32, 3], classes: 10 });
  const weights = weightsOfUse(model);
  switch (work) {
    case 'pgd-step': {
      const step = gradientStep({ engine, model, weights }, epsilon, 'cross-entropy');
      return { run: () => step.run(batch.images, batch, stepSize), dispose: () => step.dispose() };
    }
    case 'training-step':
      return training(engine, model, standard());
    case 'pgd-at-step':
      return training(
        engine,
        model,
        pgdAt({ epsilon, stepSize, steps: 7, randomStart: true, batchNorm: 'eval' }),
      );
    case 'mixacm-step':
      return training(engine, model, mixacm({ model, weights }));
  }
}

/**
 * Weights that differ from channel to channel, as those of a trained net do. At the start all elements of a batch norm
 * are the same, and fixed as they are here more of it would fall away than ever does in use.
 */
function weightsOfUse(model: Model): Tensors {
  const first = { ...initialise(model.parameters, 1), ...initialise(model.state, 1) };
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, data }]) => {
      const vector = { shape, data: stream(0, `bench/${name}`).uniform(data.length, 0.5, 1.5) };
      return [name, shape.length === 1 ? vector : { shape, data }];
    }),
  );
}

function training(engine: Engine, model: Model, builder: MethodBuilder): Step {
  const method = builder({ engine, model });
  const fixed = withPrefix('fixed', method.fixed ?? {});
  const step = engine.compile(`bench/${method.name}`, trainingStep(method, defaultSgd), { fixed });
  const learningRate = { shape: [], data: Float32Array.of(0.01) };
  let tensors: Tensors = start(model, method, undefined, 0, BATCH).tensors;
  return {
    run: async () => {
      const random = (name: string) => stream(0, name);
      const prepared = await method.prepare?.(batch, {
        weights: weightsOf(tensors),
        random,
        step: 0,
        steps: 1,
      });
      const {
        loss: _,
        logits: __,
        ...next
      } = await step.run({ ...tensors, ...batchInputs(prepared ?? batch), learningRate });
      tensors = next;
    },
    dispose: async () => {
      await step.dispose();
      await method.dispose?.();
    },
  };
}

const batch: Batch = {
  images: { shape: [BATCH, 32, 32, 3], data: stream(0, 'bench/images').uniform(BATCH * 3072, 0, 1) },
  labels: {
    shape: [BATCH, 10],
    data: Float32Array.from({ length: BATCH * 10 }, (_, i) => Number(i % 10 === Math.floor(i / 10) % 10)),
  },
};
