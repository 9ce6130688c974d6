import * as tf from '@tensorflow/tfjs';
import type { GradSaver } from './grad-saver.ts';

// The gradients of softmax and logSoftmax in TensorFlow.js use saved outputs, which are not on the tape. So second
// derivatives lack terms, without an error (tfjs issue 3252). The versions here save the input and recompute the
// output.

/** Softmax over the last axis, with correct second derivatives. */
export function softmax<T extends tf.Tensor>(logits: T): T {
  return custom((logits, save) => {
    save([logits]);
    return {
      value: tf.softmax(logits),
      gradFunc: (dy, saved) => {
        const p = softmax(only(saved));
        return p.mul(dy.sub(dy.mul(p).sum(-1, true)));
      },
    };
  })(logits) as T;
}

/** Log of softmax over the last axis, with correct second derivatives. */
export function logSoftmax<T extends tf.Tensor>(logits: T): T {
  return custom((logits, save) => {
    save([logits]);
    return {
      value: tf.logSoftmax(logits),
      gradFunc: (dy, saved) => dy.sub(dy.sum(-1, true).mul(softmax(only(saved)))),
    };
  })(logits) as T;
}

/**
 * Cross entropy of each example: -sum over classes of labels * logSoftmax(logits). Its gradient with respect to the
 * logits is softmax(logits) - labels, and to the labels -logSoftmax(logits). Second derivatives are correct.
 * @param logits [N, classes]
 * @param labels [N, classes], each row non-negative with sum 1
 * @returns [N]
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor1D {
  const loss = tf.customGrad((...args) => {
    const [logits, labels, save] = args as [tf.Tensor, tf.Tensor, GradSaver];
    save([logits, labels]);
    return {
      value: labels.mul(tf.logSoftmax(logits)).sum(-1).neg(),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [logits, labels] = saved as [tf.Tensor, tf.Tensor];
        const rows = dy.expandDims(-1);
        return [rows.mul(softmax(logits).sub(labels)), rows.mul(logSoftmax(logits).neg())];
      },
    };
  });
  return loss(logits, labels) as tf.Tensor1D;
}

type Gradient = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor;

/** `tf.customGrad` for one input. */
function custom(
  forward: (x: tf.Tensor, save: GradSaver) => { value: tf.Tensor; gradFunc: Gradient },
): (x: tf.Tensor) => tf.Tensor {
  // TensorFlow.js passes the tensors, followed by a function that saves tensors for the gradient.
  return tf.customGrad((...args) => forward(...(args as [tf.Tensor, GradSaver])));
}

function only(saved: tf.Tensor[]): tf.Tensor {
  const [tensor] = saved;
  if (tensor === undefined) throw new Error('TensorFlow.js did not hand back the saved tensor');
  return tensor;
}
