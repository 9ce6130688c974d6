import type { Tensor } from '@tensorflow/tfjs';

/**
 * The last argument that `tf.customGrad` passes: saves tensors for the gradient. TensorFlow.js does not export this
 * type.
 */
export type GradSaver = (tensors: Tensor[]) => void;
