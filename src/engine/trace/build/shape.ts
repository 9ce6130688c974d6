import { sizeOf } from '../../host.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';

export function reshape(g: GraphBuilder, x: Value, shape: readonly number[]): Value {
  return g.one('Reshape', [x], { shape }, shape, x.dtype);
}

/** What a value is reshaped from; the value itself if it is not. */
export function unshaped(value: Value): Value {
  return value.node.op === 'Reshape' ? at(value.node.inputs, 0) : value;
}

/** Output axis i is input axis `perm[i]`. */
export function transpose(g: GraphBuilder, x: Value, perm: readonly number[]): Value {
  return g.one('Transpose', [x], { perm }, permuted(x.shape, perm), x.dtype);
}

/** The elements of `list` in the order of `perm`. */
export function permuted<T>(list: readonly T[], perm: readonly number[]): T[] {
  return perm.map((axis) => at(list, axis));
}

/** Broadcasts to a shape. */
export function expand(g: GraphBuilder, x: Value, shape: readonly number[]): Value {
  return g.one('Expand', [x], { shape }, shape, x.dtype);
}

/** A slice along one axis: `size` elements from `start`, `step` apart. A negative step goes backwards. */
export interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly size: number;
  readonly step?: number;
}

export function slice(g: GraphBuilder, x: Value, cuts: readonly Cut[]): Value {
  const shape = [...x.shape];
  for (const { axis, size } of cuts) shape[axis] = size;
  const end = ({ axis, start, size, step = 1 }: Cut) => {
    const last = start + size * step;
    // Going backwards, the end must be before the first element; ONNX accepts any very negative number.
    return step < 0 && last < 0 ? -at(x.shape, axis) - 1 : Math.min(last, at(x.shape, axis));
  };
  const attributes = {
    starts: cuts.map(({ start }) => start),
    ends: cuts.map(end),
    axes: cuts.map(({ axis }) => axis),
    steps: cuts.map(({ step = 1 }) => step),
  };
  return g.one('Slice', [x], attributes, shape, x.dtype);
}

/** The elements at these indices along an axis, in this order. */
export function take(g: GraphBuilder, x: Value, axis: number, places: readonly number[]): Value {
  const indices = g.constant(Int32Array.from(places), [places.length]);
  return g.one('Gather', [x, indices], { axis }, x.shape.with(axis, places.length), x.dtype);
}

/** Reverses the order along axes. */
export function reverse(g: GraphBuilder, x: Value, axes: readonly number[]): Value {
  return slice(
    g,
    x,
    axes.map((axis) => ({ axis, start: at(x.shape, axis) - 1, size: at(x.shape, axis), step: -1 })),
  );
}

/** @param paddings elements before and after, for each axis */
export function pad(
  g: GraphBuilder,
  x: Value,
  paddings: readonly (readonly [number, number])[],
  value?: Value,
  mode: 'constant' | 'reflect' = 'constant',
): Value {
  const shape = x.shape.map((extent, axis) => extent + at(paddings, axis)[0] + at(paddings, axis)[1]);
  const pads = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
  return g.one('Pad', value ? [x, value] : [x], { pads, mode }, shape, x.dtype);
}

export function concat(g: GraphBuilder, values: readonly Value[], axis: number): Value {
  const head = at(values, 0);
  const shape = [...head.shape];
  shape[axis] = values.reduce((sum, value) => sum + at(value.shape, axis), 0);
  return g.one('Concat', values, { axis }, shape, head.dtype);
}

export function tile(g: GraphBuilder, x: Value, repeats: readonly number[]): Value {
  const shape = x.shape.map((extent, axis) => extent * at(repeats, axis));
  return g.one('Tile', [x], { repeats }, shape, x.dtype);
}

/** NHWC to NCHW. */
export function channelsFirst(g: GraphBuilder, x: Value): Value {
  return transpose(g, x, [0, 3, 1, 2]);
}

/** NCHW to NHWC. */
export function channelsLast(g: GraphBuilder, x: Value): Value {
  return transpose(g, x, [0, 2, 3, 1]);
}

/** Merges all axes but the first. */
export function rows(g: GraphBuilder, x: Value): Value {
  return reshape(g, x, [at(x.shape, 0), sizeOf(x.shape.slice(1))]);
}

/** An element of a list. An index outside the list is a bug. */
export function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new Error(`no element ${index} in a list of ${list.length}`);
  return element;
}

/** Swaps the last two axes. */
export function turned(g: GraphBuilder, x: Value): Value {
  const axes = [...x.shape.keys()];
  return transpose(g, x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
