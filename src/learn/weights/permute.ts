import type { HostTensor } from '../../engine/engine.ts';

/**
 * A tensor with permuted axes.
 * @param axes for each axis of the result, the axis of the tensor
 */
export function permute({ shape, data }: HostTensor, axes: readonly number[]): HostTensor {
  const sizes = axes.map((axis) => shape[axis] ?? 1);
  // Strides in `data` along the axes of the result.
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

/** The inverse permutation. */
export function inverse(axes: readonly number[]): number[] {
  return axes.map((_, axis) => axes.indexOf(axis));
}
