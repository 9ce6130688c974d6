import type { Kernels } from '../kernel.ts';
import { binaryKernels } from './binary.ts';
import { createKernels } from './create.ts';
import { gatherKernels } from './gather.ts';
import { matrixKernels } from './matrix.ts';
import { normaliseKernels } from './normalise.ts';
import { reduceKernels } from './reduce.ts';
import { shapeKernels } from './shape.ts';
import { unaryKernels } from './unary.ts';

/** The TensorFlow.js kernels that every compiled engine traces in the same way. */
export const commonKernels: Kernels = {
  ...binaryKernels,
  ...createKernels,
  ...gatherKernels,
  ...matrixKernels,
  ...normaliseKernels,
  ...reduceKernels,
  ...shapeKernels,
  ...unaryKernels,
};
