import type { Node } from './graph.ts';

/**
 * Convolutions keep the channels first. With the channels last, which onnxruntime would choose, some are computed wrong
 * without a word (its issue 29651): 6 channels to 12 at stride 2, 12 to 24 under a filter of 2 by 2.
 */
export const WEBGPU_LAYOUT = 'NCHW';

/**
 * Operators that onnxruntime 1.30 computes wrong or not at all with WebGPU, as the tests of kernels found: `MaxPool` has
 * no places of maxima, `Pow` fails for some shapes, `ConvTranspose` pads wrong. For the others WebGPU's language allows
 * errors of 2^-11 and more.
 */
const LACKING: ReadonlySet<string> = new Set([
  'MaxPool',
  'Pow',
  'ConvTranspose',
  'Sin',
  'Cos',
  'Tan',
  'Acos',
]);

/** Whether a node is better left to the processor where the rest of its graph runs on WebGPU. */
export function isLeftToProcessor(node: Node): boolean {
  if (LACKING.has(node.op)) return true;
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
