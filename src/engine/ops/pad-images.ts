import * as tf from '@tensorflow/tfjs';

/** Images [N, H, W, C] with `pad` rows and columns of zeros on each side: [N, H + 2 pad, W + 2 pad, C]. */
export function padImages(x: tf.Tensor4D, pad: number): tf.Tensor4D {
  return tf.pad(x, [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ]);
}
