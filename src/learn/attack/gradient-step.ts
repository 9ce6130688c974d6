import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Tensors } from '../../engine/engine.ts';
import { softmaxCrossEntropy } from '../../engine/ops/softmax.ts';
import type { Batch } from '../data/batch.ts';
import { withGradients } from '../loss/gradients.ts';
import { margin } from '../loss/margin.ts';
import { rank2, rank4 } from '../model/rank.ts';
import { ascend } from '../train/linf.ts';
import type { Target } from './attacker.ts';
import { notFinite } from './audit.ts';

/** What an attack makes greater. `margin` is the greatest other logit less the true one, as in CW∞ evaluations. */
export type Objective = 'cross-entropy' | 'margin';

/** What one step found at the images that it was given, and the images it goes to. */
export interface StepResult {
  readonly images: HostTensor;
  /** At the given images, of each example. */
  readonly objective: Float32Array;
  readonly logits: HostTensor;
  /** l1 norm of each example's gradient. */
  readonly gradientNorms: Float32Array;
}

export interface GradientStep {
  /** @throws Failure `not-finite` if a loss or a gradient is NaN or infinite, which a sign would hide */
  run(images: HostTensor, clean: Batch, stepSize: number): Promise<StepResult>;
  dispose(): Promise<void>;
}

/** A signed gradient step in the l∞ ball of radius epsilon around the clean images, compiled for one target. */
export function gradientStep(target: Target, epsilon: number, objective: Objective): GradientStep {
  const { engine, model, weights } = target;
  const compiled = engine.compile(
    `attack/step-${objective}`,
    ({ images, labels, origin, epsilon, stepSize, ...weights }) => {
      if (!images || !labels || !origin || !epsilon || !stepSize) throw new Error('An input was not given');
      const { results, gradients } = withGradients(
        () => {
          const { logits } = model.forward(weights, rank4(images), 'eval');
          const oneHot = rank2(labels);
          const each =
            objective === 'margin' ? tf.neg(margin(logits, oneHot)) : softmaxCrossEntropy(logits, oneHot);
          return { value: tf.sum(each), results: { logits, objective: each } };
        },
        { images },
      );
      return {
        ...results,
        images: ascend({ images, origin, gradient: gradients.images, epsilon, stepSize }),
        gradientNorms: tf.sum(tf.abs(gradients.images), [1, 2, 3]),
      };
    },
    { fixed: weights },
  );
  return {
    async run(images, clean, stepSize) {
      const outputs = await compiled.run({
        images,
        labels: clean.labels,
        origin: clean.images,
        epsilon: scalar(epsilon),
        stepSize: scalar(stepSize),
      });
      const objectives = floats(output(outputs, 'objective'));
      const gradientNorms = floats(output(outputs, 'gradientNorms'));
      if (!objectives.every(Number.isFinite)) throw notFinite('losses');
      if (!gradientNorms.every(Number.isFinite)) throw notFinite('gradients');
      const [next, logits] = [output(outputs, 'images'), output(outputs, 'logits')];
      return { images: next, objective: objectives, logits, gradientNorms };
    },
    dispose: () => compiled.dispose(),
  };
}

/** An output that the compiled function is known to give. */
export function output(outputs: Tensors, name: string): HostTensor {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`The engine gave no '${name}'`);
  return tensor;
}

export function floats({ data }: HostTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error('A float32 tensor was expected, not int32');
}

function scalar(value: number): HostTensor {
  return { shape: [], data: Float32Array.of(value) };
}
