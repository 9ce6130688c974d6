import { cast, elementwise } from '../../trace/build/elementwise.ts';
import { type Kernels, kernel, type Lowering } from '../../trace/kernel.ts';

/** A kernel that TensorFlow has as one operator under the same name, and ONNX has not. */
function native(op: string): Lowering {
  return kernel<'x'>((g, { x }) => elementwise(g, op, [cast(g, x, 'float32')]));
}

export const nativeKernels: Kernels = {
  Expm1: native('Expm1'),
  Log1p: native('Log1p'),
  Rsqrt: native('Rsqrt'),
  Softplus: native('Softplus'),
};
