import { at, type Cut, pad, reshape, slice } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import type { Placement, Window } from '../../trace/kernels/window.ts';

// On a processor TensorFlow has no gradients of convolutions whose filter is dilated. So zeros are put between the
// rows and columns of the filter, and the convolution is an ordinary one.

export function isDilated({ dilations }: Window): boolean {
  return dilations.some((step) => step > 1);
}

/** The same convolution with the dilated filter. */
export function withoutDilation({ window, image, out }: Placement): Placement {
  const extent = (axis: 0 | 1) => (window.kernel[axis] - 1) * window.dilations[axis] + 1;
  return { window: { ...window, kernel: [extent(0), extent(1)], dilations: [1, 1] }, image, out };
}

/** @param filter [height, width, …]  @returns [(height - 1) dilation + 1, …], with zeros in between */
export function dilate(g: GraphBuilder, filter: Value, { dilations }: Window): Value {
  return ([0, 1] as const).reduce((value, axis) => {
    const [step, extent] = [dilations[axis], at(value.shape, axis)];
    if (step === 1) return value;
    const apart = reshape(g, value, value.shape.toSpliced(axis, 1, extent, 1));
    const zeros = apart.shape.map((_, index) => [0, index === axis + 1 ? step - 1 : 0] as const);
    const spread = reshape(g, pad(g, apart, zeros), value.shape.with(axis, extent * step));
    return slice(g, spread, [{ axis, start: 0, size: (extent - 1) * step + 1 }]);
  }, filter);
}

/** Only the rows and columns that are not the zeros of `dilate`. */
export function undilate(g: GraphBuilder, filter: Value, { kernel, dilations }: Window): Value {
  const cuts: Cut[] = ([0, 1] as const).map((axis) => ({
    axis,
    start: 0,
    size: kernel[axis],
    step: dilations[axis],
  }));
  return isDilated({ kernel, dilations, strides: [1, 1], pads: [0, 0, 0, 0] })
    ? slice(g, filter, cuts)
    : filter;
}
