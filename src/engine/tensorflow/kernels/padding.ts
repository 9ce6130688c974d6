import { at, pad, slice } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Attributes, Value } from '../../trace/graph.ts';
import type { Placement, Window } from '../../trace/kernels/window.ts';

/** The attributes of a convolution that say how its filter moves. Its operands are channels-last. */
export function windowAttributes({ window, image }: Placement): Attributes {
  const { strides, pads } = window;
  const moves = { strides: [1, ...strides, 1], data_format: 'NHWC' };
  if (pads.every((size) => size === 0)) return { ...moves, padding: 'VALID' };
  if (samePads(window, image).join() === pads.join()) return { ...moves, padding: 'SAME' };
  const [top, left, bottom, right] = pads;
  return { ...moves, padding: 'EXPLICIT', explicit_paddings: [0, 0, top, bottom, left, right, 0, 0] };
}

/** The zeros that TensorFlow's padding SAME adds: top, left, bottom, right. */
function samePads({ kernel, strides }: Window, image: readonly [number, number]): number[] {
  const total = ([0, 1] as const).map((axis) => {
    const out = Math.ceil(image[axis] / strides[axis]);
    return Math.max(0, (out - 1) * strides[axis] + kernel[axis] - image[axis]);
  });
  return [...total.map((sum) => Math.floor(sum / 2)), ...total.map((sum) => Math.ceil(sum / 2))];
}

/** Images [N, H, W, C] with the padding of a window around them. */
export function padded(g: GraphBuilder, x: Value, { pads }: Window, value?: Value): Value {
  if (pads.every((size) => size === 0)) return x;
  return pad(g, x, paddings(pads), value);
}

export function paddings([top, left, bottom, right]: Window['pads']): [number, number][] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** Images without the padding of a window: the reverse of `padded`. */
export function cropped(g: GraphBuilder, x: Value, { window: { pads }, image }: Placement): Value {
  const cuts = [
    { axis: 1, start: pads[0], size: image[0] },
    { axis: 2, start: pads[1], size: image[1] },
  ].filter(({ axis, size }) => at(x.shape, axis) !== size);
  return cuts.length > 0 ? slice(g, x, cuts) : x;
}

/**
 * The placement of the same window on an image that is padded before, if TensorFlow has no name for the padding.
 * Gradients of such convolutions would otherwise not be computed by oneDNN.
 */
export function onPadded(placement: Placement): Placement {
  if (windowAttributes(placement).padding !== 'EXPLICIT') return placement;
  const { window, image, out } = placement;
  const [top, left, bottom, right] = window.pads;
  return {
    window: { ...window, pads: [0, 0, 0, 0] },
    image: [image[0] + top + bottom, image[1] + left + right],
    out,
  };
}
