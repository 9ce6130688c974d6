import type * as tf from '@tensorflow/tfjs';

// Tensors go by name through an engine and lose the type of their rank on the way; these give it back, checked.

/** @throws Error (a defect) if the tensor is of another rank; so for the others */
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
