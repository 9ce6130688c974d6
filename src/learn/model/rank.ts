import type * as tf from '@tensorflow/tfjs';

// Tensors passed through an engine by name lose the type of their rank; these functions check and restore it.

/** @throws Error (a bug) if the tensor has another rank; the same for the other functions */
export function rank1(tensor: tf.Tensor): tf.Tensor1D {
  return checked(tensor, 1) as tf.Tensor1D;
}

export function rank2(tensor: tf.Tensor): tf.Tensor2D {
  return checked(tensor, 2) as tf.Tensor2D;
}

export function rank4(tensor: tf.Tensor): tf.Tensor4D {
  return checked(tensor, 4) as tf.Tensor4D;
}

function checked(tensor: tf.Tensor, rank: number): tf.Tensor {
  if (tensor.rank !== rank) throw new Error(`A tensor of rank ${rank} was expected, not [${tensor.shape}]`);
  return tensor;
}
