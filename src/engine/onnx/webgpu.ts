import type { Node } from './graph.ts';

/**
 * Convolutions keep the channels first. With the channels last, which onnxruntime would choose, some are computed wrong
 * without a word (its issue 29651): 6 channels to 12 at stride 2, 12 to 24 under a filter of 2 by 2.
 */
export const WEBGPU_LAYOUT = 'NCHW';

/** Operators that onnxruntime 1.30 computes wrong with WebGPU, as the tests of kernels found: for some shapes, paddings. */
const WRONG = ['Pow', 'ConvTranspose'];

/** For these WebGPU's language allows errors of 2^-11 and more. */
const COARSE = ['Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Tanh'];

const LEFT: ReadonlySet<string> = new Set([...WRONG, ...COARSE]);

/** Whether a node is better left to the processor where the rest of its graph runs on WebGPU. */
export function isLeftToProcessor(node: Node): boolean {
  if (LEFT.has(node.op)) return true;
  // The places of the maxima, its second output, are not there.
  if (node.op === 'MaxPool') return node.outputs.length > 1;
  return node.op === 'Conv' && isPointwise(node) && isPadded(node);
}

/** Such a convolution is a product of matrices to onnxruntime, which does not look for padding at the far ends. */
function isPointwise({ attributes }: Node): boolean {
  return numbers(attributes.kernel_shape).every((extent) => extent === 1);
}

function isPadded({ attributes }: Node): boolean {
  return numbers(attributes.pads).some((extent) => extent !== 0);
}

function numbers(attribute: unknown): readonly unknown[] {
  return Array.isArray(attribute) ? attribute : [];
}
