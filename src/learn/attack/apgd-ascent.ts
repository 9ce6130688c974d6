import type { HostTensor } from '../../engine/engine.ts';
import { predictions } from '../loss/accuracy.ts';
import { StepSizes } from './apgd-steps.ts';
import type { BestIterates } from './best-iterates.ts';
import { floats } from './gradient-step.ts';
import { clamp, linfBounds } from './linf-bounds.ts';
import type { GradientFindings } from './objective-gradient.ts';

/** Weight of the step against the momentum. */
const stepWeight = 0.75;

export interface Ascent {
  readonly clean: HostTensor;
  /** Within epsilon of the clean images and [0, 1], of the same shape. */
  readonly start: HostTensor;
  readonly epsilon: number;
  readonly steps: number;
  /** Receives every iterate, including the start. */
  readonly best: BestIterates;
  /** The objective and its gradient. */
  find(images: HostTensor): Promise<GradientFindings>;
}

/** One run of APGD from one start. @returns the l1 norms of the gradients at the start */
export async function ascent({ clean, start, epsilon, steps, best, find }: Ascent): Promise<Float32Array> {
  const first = await find(start);
  best.consider(start, predictions(first.logits), first.objective);
  const bounds = linfBounds(floats(clean), epsilon);
  const stepSizes = new StepSizes(epsilon, steps, first.objective);
  let [pixels, previous] = [floats(start), floats(start)];
  let gradient = first.gradient;
  const size = pixels.length / first.objective.length;
  // The best points of this run only: an example returns there when its step is halved.
  const top = {
    objective: first.objective.slice(),
    pixels: pixels.slice(),
    gradient: gradient.slice(),
  };
  for (let done = 0; done < steps; done += 1) {
    const momentum = done === 0 ? 0 : 1 - stepWeight;
    const next = new Float32Array(pixels.length);
    for (let i = 0; i < next.length; i += 1) {
      // In range: all arrays have the length of the pixels, and there is a step size for each example.
      const x = pixels[i] as number;
      const low = bounds.low[i] as number;
      const high = bounds.high[i] as number;
      const step = stepSizes.sizes[Math.floor(i / size)] as number;
      const ahead = clamp(x + step * Math.sign(gradient[i] as number), low, high);
      const moved = x + (1 - momentum) * (ahead - x) + momentum * (x - (previous[i] as number));
      next[i] = clamp(moved, low, high);
    }
    [previous, pixels] = [pixels, next];
    const images = { shape: start.shape, data: pixels };
    const found = await find(images);
    best.consider(images, predictions(found.logits), found.objective);
    gradient = found.gradient;
    for (const [row, value] of found.objective.entries()) {
      if (!(value > (top.objective[row] as number))) continue;
      top.objective[row] = value;
      copyRow(pixels, top.pixels, row, size);
      copyRow(gradient, top.gradient, row, size);
    }
    for (const [row, back] of stepSizes.observe(found.objective).entries()) {
      if (!back) continue;
      copyRow(top.pixels, pixels, row, size);
      copyRow(top.gradient, gradient, row, size);
    }
  }
  return first.gradientNorms;
}

function copyRow(from: Float32Array, to: Float32Array, row: number, size: number): void {
  to.set(from.subarray(row * size, (row + 1) * size), row * size);
}
