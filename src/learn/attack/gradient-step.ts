import type { Tensor2D } from '@tensorflow/tfjs';
import type { HostTensor, Tensors } from '../../engine/engine.ts';
import { scalar } from '../../engine/host.ts';
import type { Batch } from '../data/batch.ts';
import type { NamedTensors } from '../model/model.ts';
import { rank2 } from '../model/rank.ts';
import { ascend } from '../train/linf.ts';
import { anyRows } from './any-rows.ts';
import type { Target } from './attacker.ts';
import { notFinite } from './audit.ts';
import { differentiate, type ExampleValues, type Objective, untargeted } from './objective.ts';

/** The results at the given images. */
export interface Findings {
  /** Of each example. */
  readonly objective: Float32Array;
  readonly logits: HostTensor;
  /** l1 norm of each example's gradient. */
  readonly gradientNorms: Float32Array;
}

export interface StepResult extends Findings {
  /** The images after the step. */
  readonly images: HostTensor;
}

export interface GradientStep {
  /** @throws Failure `not-finite` if a loss or a gradient is NaN or infinite, which a sign would hide */
  run(images: HostTensor, clean: Batch, stepSize: number): Promise<StepResult>;
  dispose(): Promise<void>;
}

/** A gradient step whose epsilon and step size are given at each run. */
export interface FreeStep {
  /**
   * @param more further inputs of `valuesOf`, besides the weights
   * @throws Failure `not-finite` as `GradientStep.run`
   */
  run(images: HostTensor, clean: Batch, sizes: StepSizes, more?: Tensors): Promise<StepResult>;
  dispose(): Promise<void>;
}

export interface StepSizes {
  readonly epsilon: number;
  readonly stepSize: number;
}

/**
 * A signed gradient step in an l∞ ball around the clean images, compiled for one target.
 * @param valuesOf computes the objective of each example from the labels, one-hot [batch, classes], and further
 * inputs
 */
export function freeStep(
  { engine, model, weights }: Target,
  name: string,
  valuesOf: (labels: Tensor2D, given: NamedTensors) => ExampleValues,
): FreeStep {
  const compiled = anyRows(
    engine,
    name,
    ({ images, labels, origin, epsilon, stepSize, ...given }) => {
      if (!images || !labels || !origin || !epsilon || !stepSize) throw new Error('An input was not given');
      const { gradient, ...found } = differentiate(model, given, images, valuesOf(rank2(labels), given));
      return { ...found, images: ascend({ images, origin, gradient, epsilon, stepSize }) };
    },
    { fixed: weights },
  );
  return {
    async run(images, clean, { epsilon, stepSize }, more = {}) {
      const outputs = await compiled.run({
        ...more,
        images,
        labels: clean.labels,
        origin: clean.images,
        epsilon: scalar(epsilon),
        stepSize: scalar(stepSize),
      });
      return { images: output(outputs, 'images'), ...finiteFindings(outputs) };
    },
    dispose: () => compiled.dispose(),
  };
}

/** A signed gradient step in the l∞ ball of radius epsilon around the clean images, compiled for one target. */
export function gradientStep(target: Target, epsilon: number, objective: Objective): GradientStep {
  const step = freeStep(target, `attack/step-${objective}`, (labels) => untargeted(objective, labels));
  return {
    run: (images, clean, stepSize) => step.run(images, clean, { epsilon, stepSize }),
    dispose: () => step.dispose(),
  };
}

/**
 * The outputs of `differentiate`.
 * @throws Failure `not-finite`
 */
export function finiteFindings(outputs: Tensors): Findings {
  const objective = floats(output(outputs, 'objective'));
  const gradientNorms = floats(output(outputs, 'gradientNorms'));
  if (!objective.every(Number.isFinite)) throw notFinite('losses');
  if (!gradientNorms.every(Number.isFinite)) throw notFinite('gradients');
  return { objective, logits: output(outputs, 'logits'), gradientNorms };
}

/** An output that the compiled function always gives. */
export function output(outputs: Tensors, name: string): HostTensor {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`The engine gave no '${name}'`);
  return tensor;
}

export function floats({ data }: HostTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error('A float32 tensor was expected, not int32');
}
