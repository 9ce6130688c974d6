import type { Kernels } from '../../trace/kernel.ts';
import { commonKernels } from '../../trace/kernels/common.ts';
import { batchNormKernels } from './batch-norm.ts';
import { convKernels } from './conv.ts';
import { depthwiseKernels } from './depthwise.ts';
import { nativeKernels } from './native.ts';
import { poolKernels } from './pool.ts';

/** Every TensorFlow.js kernel that can be traced. */
export const KERNELS: Kernels = {
  ...commonKernels,
  ...batchNormKernels,
  ...convKernels,
  ...depthwiseKernels,
  ...nativeKernels,
  ...poolKernels,
};
