import { binaryKernels } from './binary.ts';
import { convKernels } from './conv.ts';
import { createKernels } from './create.ts';
import { depthwiseKernels } from './depthwise.ts';
import { gatherKernels } from './gather.ts';
import type { Kernels } from './kernel.ts';
import { matrixKernels } from './matrix.ts';
import { normaliseKernels } from './normalise.ts';
import { poolKernels } from './pool.ts';
import { reduceKernels } from './reduce.ts';
import { shapeKernels } from './shape.ts';
import { unaryKernels } from './unary.ts';

/** Every TensorFlow.js kernel that can be traced. */
export const KERNELS: Kernels = {
  ...binaryKernels,
  ...convKernels,
  ...createKernels,
  ...depthwiseKernels,
  ...gatherKernels,
  ...matrixKernels,
  ...normaliseKernels,
  ...poolKernels,
  ...reduceKernels,
  ...shapeKernels,
  ...unaryKernels,
};
