import type { HostTensor } from '../../engine/engine.ts';

/**
 * A tensor with its axes in another order.
 * @param axes for each axis of the result, which of the tensor's it is
 */
export function permute({ shape, data }: HostTensor, axes: readonly number[]): HostTensor {
  const sizes = axes.map((axis) => shape[axis] ?? 1);
  // How far apart in `data` neighbours along an axis of the result are.
  const steps = axes.map((axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const moved = data.slice();
  const place = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < moved.length; to += 1) {
    moved[to] = data[from] ?? Number.NaN;
    for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
      const [size, step, next] = [sizes[axis] ?? 1, steps[axis] ?? 1, (place[axis] ?? 0) + 1];
      from += step;
      if (next < size) {
        place[axis] = next;
        break;
      }
      from -= step * size;
      place[axis] = 0;
    }
  }
  return { shape: sizes, data: moved };
}

/** The order that undoes another. */
export function inverse(axes: readonly number[]): number[] {
  return axes.map((_, axis) => axes.indexOf(axis));
}
