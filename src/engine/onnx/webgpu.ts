import type { Node } from '../trace/graph.ts';

/**
 * Convolutions stay channels-first. With channels-last, which onnxruntime would choose, some give wrong results
 * without an error (onnxruntime issue 29651): 6 channels to 12 at stride 2, or 12 to 24 with a filter of 2 by 2.
 */
export const WEBGPU_LAYOUT = 'NCHW';

/**
 * Operators for which onnxruntime 1.30 gives wrong results on WebGPU for some shapes or paddings, as the tests of
 * kernels found.
 */
const WRONG = ['Pow', 'ConvTranspose'];

/** For these operators, WebGPU's shader language allows errors of 2^-11 and more. */
const COARSE = ['Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Tanh'];

const LEFT: ReadonlySet<string> = new Set([...WRONG, ...COARSE]);

/** Whether a node must run on the CPU although the rest of its graph runs on WebGPU. */
export function isLeftToProcessor(node: Node): boolean {
  if (LEFT.has(node.op)) return true;
  // The second output, the indices of the maxima, is not supported.
  if (node.op === 'MaxPool') return node.outputs.length > 1;
  return node.op === 'Conv' && isPointwise(node) && isPadded(node);
}

/** onnxruntime computes such a convolution as a matrix product, and ignores padding at the bottom and right. */
function isPointwise({ attributes }: Node): boolean {
  return numbers(attributes.kernel_shape).every((extent) => extent === 1);
}

function isPadded({ attributes }: Node): boolean {
  return numbers(attributes.pads).some((extent) => extent !== 0);
}

function numbers(attribute: unknown): readonly unknown[] {
  return Array.isArray(attribute) ? attribute : [];
}
