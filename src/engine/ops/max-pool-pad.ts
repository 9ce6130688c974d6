import * as tf from '@tensorflow/tfjs';
import { padImages } from './pad-images.ts';

/**
 * A max pool with the same padding on all sides, as in PyTorch, of images without negative values, such as a ReLU gives:
 * for these, zeros as padding change nothing. TensorFlow.js has its first derivative and not its second.
 * @param x images [N, H, W, C], at least 0
 * @param size height and width of the window
 * @returns [N, floor((H + 2 pad - size) / stride) + 1, floor((W + 2 pad - size) / stride) + 1, C]
 */
export function maxPoolPad(x: tf.Tensor4D, size: number, stride: 1 | 2, pad: number): tf.Tensor4D {
  // Not a number as padding: tfjs-node pools with 'same' and 'valid' alone.
  return tf.maxPool(padImages(x, pad), size, stride, 'valid');
}
