import * as tf from '@tensorflow/tfjs';
import { padImages } from './pad-images.ts';

/**
 * A max pool with the same padding on all sides, as in PyTorch. Images must not have negative values (as after a
 * ReLU): then padding with zeros changes nothing. TensorFlow.js has its first derivative, but not its second one.
 * @param x images [N, H, W, C], at least 0
 * @param size height and width of the window
 * @returns [N, floor((H + 2 pad - size) / stride) + 1, floor((W + 2 pad - size) / stride) + 1, C]
 */
export function maxPoolPad(x: tf.Tensor4D, size: number, stride: 1 | 2, pad: number): tf.Tensor4D {
  // Pads first, because tfjs-node supports only 'same' and 'valid' for pools.
  return tf.maxPool(padImages(x, pad), size, stride, 'valid');
}
