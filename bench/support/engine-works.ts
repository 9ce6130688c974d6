import type { Engine } from '../../src/engine/engine.ts';
import { gradientStep } from '../../src/learn/attack/gradient-step.ts';
import type { Batch } from '../../src/learn/data/batch.ts';
import type { Model } from '../../src/learn/model/model.ts';
import { createModel } from '../../src/learn/model/models.ts';
import { defaultSgd } from '../../src/learn/optimise/sgd.ts';
import { stream } from '../../src/learn/random/stream.ts';
import { isWeight, start, weightsOf } from '../../src/learn/train/current.ts';
import type { MethodBuilder } from '../../src/learn/train/method.ts';
import { withPrefix } from '../../src/learn/train/names.ts';
import { pgdAt } from '../../src/learn/train/pgd-at.ts';
import { standard } from '../../src/learn/train/standard.ts';
import { batchInputs, trainingStep } from '../../src/learn/train/step.ts';
import { mixacm } from '../../src/learn/transfer/mixacm.ts';
import { weightsOfUse } from '../../test/learn/agreement/weights.ts';
import { mixAcmDefaults } from '../../test/learn/defaults.ts';

/** Images a step. */
export const BATCH = 64;
export const works = ['pgd-step', 'training-step', 'pgd-at-step', 'mixacm-step'] as const;
export type Work = (typeof works)[number];

/** One step of a work, as retable's own trainings and attacks do it. */
export interface Step {
  run(): Promise<unknown>;
  dispose(): Promise<void>;
}

const [epsilon, stepSize] = [8 / 255, 2 / 255];

export interface StepSize {
  /** Images a step. */
  readonly images: number;
  /** Of the attack within a step of PGD-AT. */
  readonly attackSteps: number;
}

export function stepOf(
  work: Work,
  engine: Engine,
  net: string,
  { images, attackSteps }: StepSize = { images: BATCH, attackSteps: 7 },
): Step {
  const batch = batchOf(images);
  const model = createModel(net, { inputShape: [32, 32, 3], classes: 10 });
  const weights = weightsOfUse(model);
  switch (work) {
    case 'pgd-step': {
      const step = gradientStep({ engine, model, weights }, epsilon, 'cross-entropy');
      return { run: () => step.run(batch.images, batch, stepSize), dispose: () => step.dispose() };
    }
    case 'training-step':
      return training(engine, model, standard(), batch);
    case 'pgd-at-step':
      return training(
        engine,
        model,
        pgdAt({ epsilon, stepSize, steps: attackSteps, randomStart: true, batchNorm: 'eval' }),
        batch,
      );
    case 'mixacm-step':
      return training(engine, model, mixacm({ model, weights }, mixAcmDefaults), batch);
  }
}

function training(engine: Engine, model: Model, builder: MethodBuilder, batch: Batch): Step {
  const method = builder({ engine, model });
  const fixed = withPrefix('fixed', method.fixed ?? {});
  const step = engine.compileStep(`bench/${method.name}`, trainingStep(method, defaultSgd), { fixed });
  const learningRate = { shape: [], data: Float32Array.of(0.01) };
  const { tensors } = start(model, method, undefined, 0, batch.images.shape[0] ?? 0);
  const names = Object.keys(tensors).filter(isWeight);
  const set = step.set(tensors);
  return {
    run: async () => {
      await set;
      const random = (name: string) => stream(0, name);
      const weights = async () => weightsOf(await step.get(names));
      const prepared = await method.prepare?.(batch, { weights, random, step: 0, steps: 1 });
      await step.run({ ...batchInputs(prepared ?? batch), learningRate });
    },
    dispose: async () => {
      await step.dispose();
      await method.dispose?.();
    },
  };
}

function batchOf(size: number): Batch {
  return {
    images: { shape: [size, 32, 32, 3], data: stream(0, 'bench/images').uniform(size * 3072, 0, 1) },
    labels: {
      shape: [size, 10],
      data: Float32Array.from({ length: size * 10 }, (_, i) => Number(i % 10 === Math.floor(i / 10) % 10)),
    },
  };
}
