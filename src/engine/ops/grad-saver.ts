import type { Tensor } from '@tensorflow/tfjs';

/** What `tf.customGrad` passes last: keeps tensors for the gradient. TensorFlow.js does not export this type. */
export type GradSaver = (tensors: Tensor[]) => void;
