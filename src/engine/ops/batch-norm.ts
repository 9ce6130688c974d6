import * as tf from '@tensorflow/tfjs';
import { fusedBatchNorm, isFused } from './fused-batch-norm.ts';
import type { GradSaver } from './grad-saver.ts';

export interface BatchNormResult {
  /** Of the shape of `x`. */
  readonly y: tf.Tensor;
  /** Over all axes but the last: [C]. */
  readonly mean: tf.Tensor1D;
  /** Biased (divided by n, not n - 1): [C]. PyTorch keeps the unbiased one as its running variance. */
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalisation with the statistics of the batch: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta. Its
 * gradient is the closed form of Ioffe and Szegedy 2015 (section 3), which needs only two sums over the batch. The
 * gradient consists of ops, so it can be differentiated again. An engine with fused operators uses those.
 * @param x [..., C], channels last
 * @param gamma [C]
 * @param beta [C]
 */
export function batchNormTraining(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): BatchNormResult {
  const axes = x.shape.map((_, axis) => axis).slice(0, -1);
  const count = x.size / gamma.size;
  const meanOf = (x: tf.Tensor) => tf.mean<tf.Tensor1D>(x, axes);
  const varianceOf = (x: tf.Tensor, mean: tf.Tensor) =>
    tf.mean<tf.Tensor1D>(tf.square(tf.sub(x, mean)), axes);
  const gradients = (
    dy: tf.Tensor,
    x: tf.Tensor,
    gamma: tf.Tensor,
    mean: tf.Tensor,
    variance: tf.Tensor,
  ): [tf.Tensor, tf.Tensor, tf.Tensor] => {
    const deviation = tf.rsqrt(variance.add(epsilon));
    const centred = x.sub(mean);
    const dBeta = dy.sum(axes);
    const dGamma = dy.mul(centred).sum(axes).mul(deviation);
    const slope = deviation.mul(dGamma).div(count);
    // The factors of the channels come last: a convolution before this layer can take them into its filter.
    const dx = dy.sub(centred.mul(slope)).sub(dBeta.div(count)).mul(gamma.mul(deviation));
    return [dx, dGamma, dBeta];
  };
  if (x.rank === 4 && isFused()) {
    return fusedBatchNorm(x, gamma, beta, epsilon, {
      mean: meanOf,
      variance: (x) => varianceOf(x, meanOf(x)),
      gradients: (dy, x, gamma) => gradients(dy, x, gamma, meanOf(x), varianceOf(x, meanOf(x))),
    }) as BatchNormResult;
  }
  const mean = meanOf(x);
  const variance = varianceOf(x, mean);
  const normalise = tf.customGrad((...args) => {
    // TensorFlow.js passes the tensors, followed by a function that saves tensors for the gradient.
    const [x, gamma, beta, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, GradSaver];
    save([x, gamma, mean, variance]);
    const scale = gamma.mul(tf.rsqrt(variance.add(epsilon)));
    return {
      value: x.sub(mean).mul(scale).add(beta),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, gamma, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        return gradients(dy, x, gamma, mean, variance);
      },
    };
  });
  return { y: normalise(x, gamma, beta), mean, variance };
}
