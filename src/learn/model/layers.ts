import * as tf from '@tensorflow/tfjs';
import { batchNormTraining } from '../../engine/ops/batch-norm.ts';
import { conv2dPad } from '../../engine/ops/conv2d-pad.ts';
import { fanInUniform, ones, zeros } from './init.ts';
import type { Mode, NamedTensors, TensorSpec } from './model.ts';
import { rank1, rank2, rank4 } from './rank.ts';

/** One pass through a model: what it reads, and the new running statistics that it gathers. */
export interface Pass {
  readonly tensors: NamedTensors;
  readonly mode: Mode;
  readonly state: Record<string, tf.Tensor>;
}

/** A part of a model. */
export interface Layer<T extends tf.Tensor = tf.Tensor4D> {
  readonly parameters: readonly TensorSpec[];
  readonly state: readonly TensorSpec[];
  apply(x: T, pass: Pass): T;
}

/** PyTorch's constants of batch normalisation. */
const epsilon = 1e-5;
const momentum = 0.1;

export interface ConvNormSettings {
  /** Name of the convolution: its filter is `<conv>.weight`. */
  readonly conv: string;
  /** Name of the batch normalisation. */
  readonly norm: string;
  readonly from: number;
  readonly to: number;
  /** Height and width of the filter. */
  readonly kernel: number;
  readonly stride: 1 | 2;
}

/**
 * A convolution without bias, padded by ⌊kernel / 2⌋ on each side as in PyTorch, then batch normalisation.
 * In `eval` mode the normalisation is folded into the filter, which saves two passes over the activations.
 */
export function convNorm({ conv, norm, from, to, kernel, stride }: ConvNormSettings): Layer {
  const filterName = `${conv}.weight`;
  const [gammaName, betaName] = [`${norm}.weight`, `${norm}.bias`];
  const [meanName, varianceName] = [`${norm}.running_mean`, `${norm}.running_var`];
  return {
    parameters: [
      { name: filterName, shape: [kernel, kernel, from, to], init: fanInUniform(kernel * kernel * from) },
      { name: gammaName, shape: [to], init: ones },
      { name: betaName, shape: [to], init: zeros },
    ],
    state: [
      { name: meanName, shape: [to], init: zeros },
      { name: varianceName, shape: [to], init: ones },
    ],
    apply(x, { tensors, mode, state }) {
      const filter = rank4(read(tensors, filterName));
      const gamma = rank1(read(tensors, gammaName));
      const beta = rank1(read(tensors, betaName));
      const mean = rank1(read(tensors, meanName));
      const variance = rank1(read(tensors, varianceName));
      const pad = Math.floor(kernel / 2);
      if (mode === 'eval') {
        const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
        const shift = tf.sub(beta, tf.mul(mean, scale));
        return tf.add(conv2dPad(x, tf.mul(filter, scale), stride, pad), shift);
      }
      const convolved = conv2dPad(x, filter, stride, pad);
      const batch = batchNormTraining(convolved, gamma, beta, epsilon);
      const count = convolved.size / to;
      // The batch is normalised by its biased variance; the running one is unbiased, as in PyTorch.
      const unbiased = count > 1 ? count / (count - 1) : 1;
      state[meanName] = running(mean, batch.mean, 1);
      state[varianceName] = running(variance, batch.variance, unbiased);
      return rank4(batch.y);
    },
  };
}

/** A fully connected layer: x · weight + bias. */
export function dense(name: string, from: number, to: number): Layer<tf.Tensor2D> {
  const [weightName, biasName] = [`${name}.weight`, `${name}.bias`];
  return {
    parameters: [
      { name: weightName, shape: [from, to], init: fanInUniform(from) },
      { name: biasName, shape: [to], init: fanInUniform(from) },
    ],
    state: [],
    apply: (x, { tensors }) =>
      tf.add(tf.matMul(x, rank2(read(tensors, weightName))), read(tensors, biasName)),
  };
}

/** Means over height and width: [batch, height, width, channels] to [batch, channels]. */
export function globalMean(x: tf.Tensor4D): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}

export function read(tensors: NamedTensors, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`The tensor '${name}' was not given`);
  return tensor;
}

function running(old: tf.Tensor, batch: tf.Tensor, scale: number): tf.Tensor {
  return tf.add(tf.mul(old, 1 - momentum), tf.mul(batch, momentum * scale));
}
