import * as tf from '@tensorflow/tfjs';
import type { HostTensor } from '../../engine/engine.ts';
import { scaleGradient } from '../../engine/ops/scale-gradient.ts';
import { crossEntropy } from '../loss/cross-entropy.ts';
import { inputGradient } from '../loss/input-gradient.ts';
import { weightsFor } from '../model/fit.ts';
import type { NamedTensors } from '../model/model.ts';
import { rank2, rank4 } from '../model/rank.ts';
import type { Stream } from '../random/stream.ts';
import { perturbed } from '../train/linf.ts';
import type { LossInputs, LossOutput, MethodBuilder } from '../train/method.ts';
import { classificationLoss } from '../train/standard.ts';
import { type Discriminator, discriminator } from './discriminator.ts';
import { checkTeacher, studentScope, type Teacher } from './teacher.ts';

export interface IgamSettings {
  /** Weight of the squared l2 distance of input gradients, for pixels in [0, 255], as in the authors' code. */
  readonly gradientWeight: number;
  /** Weight of the discriminator's cross entropy, which the student maximises. 0: no discriminator. */
  readonly discriminatorWeight: number;
  /** The discriminator is updated once in this many steps. */
  readonly discriminatorEvery: number;
  /** Fraction of the training with plain cross entropy, before gradients are matched. */
  readonly matchAfter: number;
  /** Uniform noise in [-inputNoise, inputNoise] on the images, for pixels in [0, 1]. 0: none. */
  readonly inputNoise: number;
}

/**
 * Input gradient adversarial matching (Chan et al. 2020, CVPR): cross entropy + gradientWeight · mean ‖J_S - J_T‖² -
 * discriminatorWeight · cross entropy of a discriminator that distinguishes J_S from J_T. J is the gradient of the
 * probability of the true class with respect to the image. The teacher is in `eval` mode (our choice).
 */
export function igam(teacher: Teacher, settings: IgamSettings): MethodBuilder {
  const { discriminatorWeight, discriminatorEvery, matchAfter, inputNoise } = settings;
  return ({ engine, model }) => {
    checkTeacher(teacher, model, true);
    const judge = discriminatorWeight === 0 ? undefined : discriminator(model);
    const teachersGradient = engine.compile(
      'transfer/input-gradient',
      ({ images, labels, ...weights }) => {
        if (!images || !labels) throw new Error('An input was not given');
        const forward = (x: tf.Tensor4D) => teacher.model.forward(weights, x, 'eval');
        return { gradient: inputGradient(forward, rank4(images), rank2(labels)).gradient };
      },
      { fixed: weightsFor(teacher.model, teacher.weights) },
    );
    return {
      name: 'igam',
      initScope: studentScope,
      ...(judge && { parameters: judge.parameters }),
      ownRest: ({ learns }) => learns === undefined,
      async prepare(batch, { random, step, steps }) {
        const images = noisy(batch.images, inputNoise, random('input-noise'));
        if (step < matchAfter * steps) return { ...batch, images };
        const { gradient } = await teachersGradient.run({ images, labels: batch.labels });
        if (gradient === undefined) throw new Error('The teacher gave no gradient');
        const learns = { shape: [], data: Float32Array.of(1) };
        const turn = judge && step % discriminatorEvery === 0;
        return { ...batch, images, extras: { gradient, ...(turn && { learns }) } };
      },
      loss: (inputs) =>
        inputs.extras.gradient
          ? matchingLoss(inputs, rank4(inputs.extras.gradient))
          : classificationLoss(model, inputs),
      dispose: () => teachersGradient.dispose(),
    };

    function matchingLoss({ weights, own, images, labels }: LossInputs, target: tf.Tensor4D): LossOutput {
      const forward = (x: tf.Tensor4D) => model.forward(weights, x, 'train');
      const { gradient, logits, state } = inputGradient(forward, images, labels);
      const squares = tf.square(tf.div(tf.sub(gradient, target), 255));
      const distance = tf.mean(tf.sum(squares, [1, 2, 3]));
      let loss: tf.Scalar = tf.add(crossEntropy(logits, labels), tf.mul(distance, settings.gradientWeight));
      if (judge) {
        const told = tellingApart(judge, own, { student: gradient, teacher: target });
        loss = tf.sub(loss, tf.mul(told, discriminatorWeight));
      }
      return { loss, logits, state };
    }

    function tellingApart(
      { judge }: Discriminator,
      own: NamedTensors,
      gradients: { readonly student: tf.Tensor4D; readonly teacher: tf.Tensor4D },
    ): tf.Scalar {
      const parameters = Object.fromEntries(
        // The loss contains this cross entropy with factor -discriminatorWeight; for the discriminator itself the
        // factor must be 1.
        Object.entries(own).map(([name, tensor]) => [name, scaleGradient(tensor, -1 / discriminatorWeight)]),
      );
      const both = tf.concat([gradients.student, gradients.teacher], 0);
      const count = gradients.student.shape[0];
      const labels = tf.tensor2d(
        Array.from({ length: 2 * count }, (_, row) => (row < count ? [1, 0] : [0, 1])),
      );
      return crossEntropy(judge(parameters, both), labels);
    }
  };
}

function noisy(images: HostTensor, reach: number, random: Stream): HostTensor {
  if (reach === 0) return images;
  const { shape, data } = images;
  return { shape, data: perturbed(Float32Array.from(data), random.uniform(data.length, -reach, reach)) };
}
