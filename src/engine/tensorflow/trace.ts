import { tracer } from '../trace/trace.ts';
import { KERNELS } from './kernels/all.ts';

/** Traces a tensor function to operators that ONNX and TensorFlow have in common, and TensorFlow's convolutions. */
export const trace = tracer('retable-tensorflow', KERNELS);
