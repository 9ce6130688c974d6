import * as tf from '@tensorflow/tfjs';
import { padImages } from './pad-images.ts';

/**
 * A 2-D convolution of each channel with its own filter, with the same padding on all sides, as in PyTorch.
 * TensorFlow.js has its first derivatives, but not its second ones.
 * @param x images [N, H, W, C]
 * @param filter [kernel height, kernel width, C, 1], height and width odd and equal
 * @returns [N, floor((H - 1) / stride) + 1, floor((W - 1) / stride) + 1, C]
 */
export function depthwiseConv2dPad(x: tf.Tensor4D, filter: tf.Tensor4D, stride: 1 | 2): tf.Tensor4D {
  if (stride === 1) return tf.depthwiseConv2d(x, filter, 1, 'same');
  // Pads first: TensorFlow's 'same' pads one side more at stride 2, and tfjs-node supports no other padding here.
  return tf.depthwiseConv2d(padImages(x, Math.floor(filter.shape[0] / 2)), filter, stride, 'valid');
}
