import * as tf from '@tensorflow/tfjs';

/**
 * A 2-D convolution with the same padding on all sides, as in PyTorch. At stride 2, TensorFlow's `'same'` is
 * different: it pads one side more.
 * @param x images [N, H, W, C]
 * @param filter [kernel height, kernel width, C, channels out]
 * @param pad zeros on each side of both image axes
 * @returns [N, floor((H + 2 pad - kh) / stride) + 1, floor((W + 2 pad - kw) / stride) + 1, channels out]
 */
export function conv2dPad(x: tf.Tensor4D, filter: tf.Tensor4D, stride: 1 | 2, pad: number): tf.Tensor4D {
  // Pairs of numbers, because tfjs-node rejects a single number.
  return tf.conv2d(x, filter, stride, [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ]);
}
