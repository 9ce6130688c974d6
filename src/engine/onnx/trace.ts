import { tracer } from '../trace/trace.ts';
import { KERNELS } from './kernels/all.ts';

/** Traces a tensor function to ONNX operators. */
export const trace = tracer('retable-onnx', KERNELS);
