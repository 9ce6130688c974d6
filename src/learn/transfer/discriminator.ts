import * as tf from '@tensorflow/tfjs';
import { batchNormTraining } from '../../engine/ops/batch-norm.ts';
import { conv2dPad } from '../../engine/ops/conv2d-pad.ts';
import { unit } from '../loss/unit.ts';
import { fanInUniform, fanOutNormal, ones, zeros } from '../model/init.ts';
import { read } from '../model/layers.ts';
import type { Model, NamedTensors, TensorSpec } from '../model/model.ts';
import { rank1, rank2, rank4 } from '../model/rank.ts';

/** Distinguishes the input gradients of a student from those of a teacher. */
export interface Discriminator {
  readonly parameters: readonly TensorSpec[];
  /** Logits [batch, 2] of (student, teacher). @param gradients [batch, height, width, channels] */
  judge(parameters: NamedTensors, gradients: tf.Tensor4D): tf.Tensor2D;
}

const [mostLayers, firstChannels] = [5, 16];

/**
 * The discriminator of IGAM: 4 × 4 convolutions with stride 2 and 16 to 256 channels, batch norm with batch
 * statistics, leaky ReLU of 0.1, then a dense layer. Its inputs are gradients with mean 0 and l2 norm 1. For images
 * smaller than 32 × 32 there are fewer than five convolutions (our choice).
 */
export function discriminator({ inputShape }: Pick<Model, 'inputShape'>): Discriminator {
  let [height, width, channels] = inputShape;
  const parameters: TensorSpec[] = [];
  const names: string[] = [];
  for (let layer = 1; layer <= mostLayers && Math.min(height, width) >= 2; layer += 1) {
    const [name, to] = [`discriminator.${layer}`, firstChannels * 2 ** (layer - 1)];
    parameters.push(
      { name: `${name}.weight`, shape: [4, 4, channels, to], init: fanOutNormal(16 * to) },
      { name: `${name}.scale`, shape: [to], init: ones },
      { name: `${name}.shift`, shape: [to], init: zeros },
    );
    names.push(name);
    [height, width, channels] = [Math.floor(height / 2), Math.floor(width / 2), to];
  }
  const features = height * width * channels;
  parameters.push(
    { name: 'discriminator.weight', shape: [features, 2], init: fanInUniform(features) },
    { name: 'discriminator.bias', shape: [2], init: zeros },
  );
  return {
    parameters,
    judge(tensors, gradients) {
      let x = standardised(gradients);
      for (const name of names) {
        const moved = conv2dPad(x, rank4(read(tensors, `${name}.weight`)), 2, 1);
        const [scale, shift] = [`${name}.scale`, `${name}.shift`].map((part) => rank1(read(tensors, part)));
        if (!scale || !shift) throw new Error('A scale or shift was not given');
        x = tf.leakyRelu(rank4(batchNormTraining(moved, scale, shift, 1e-5).y), 0.1);
      }
      const flat = rank2(tf.reshape(x, [x.shape[0], -1]));
      return tf.add(
        tf.matMul(flat, rank2(read(tensors, 'discriminator.weight'))),
        read(tensors, 'discriminator.bias'),
      );
    },
  };
}

/** Scales each gradient to mean 0 and l2 norm 1, because confident models have tiny gradients. */
function standardised(gradients: tf.Tensor4D): tf.Tensor4D {
  const rows = rank2(tf.reshape(gradients, [gradients.shape[0], -1]));
  return rank4(tf.reshape(unit(tf.sub(rows, tf.mean(rows, 1, true))), gradients.shape));
}
