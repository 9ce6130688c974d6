import type { HostTensor } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import { predictions } from '../loss/accuracy.ts';
import type { ApgdStep } from './apgd-step.ts';
import { StepSizes } from './apgd-steps.ts';
import type { Consider } from './best-iterates.ts';

/** Weight of the step against the momentum. */
const stepWeight = 0.75;

export interface Ascent {
  readonly clean: Batch;
  /** One-hot like the labels, if the objective has a target. */
  readonly targets?: HostTensor | undefined;
  /** Within epsilon of the clean images and [0, 1], of the same shape. */
  readonly start: HostTensor;
  readonly epsilon: number;
  readonly steps: number;
  readonly step: ApgdStep;
  /** Receives every iterate, including the start. */
  readonly consider: Consider;
}

/** One run of APGD from one start. @returns the l1 norms of the gradients at the start */
export async function ascent(given: Ascent): Promise<Float32Array> {
  const { clean, targets, start, epsilon, steps, step, consider } = given;
  const count = start.shape[0] ?? 0;
  const first = await lookAt(step, start, clean, targets);
  consider(first.images, predictions(first.logits), first.objective);
  const stepSizes = new StepSizes(epsilon, steps, first.objective);
  // The best points of this run only: an example returns there when its step is halved.
  const top = {
    objective: first.objective.slice(),
    images: { ...start, data: first.images.data.slice() },
    gradient: { ...start, data: first.gradient.data.slice() },
  };
  let [at, previous] = [first, first.images];
  for (let done = 0; done < steps; done += 1) {
    const stepSize = { shape: [count], data: Float32Array.from(stepSizes.sizes) };
    const momentum = same(count, done === 0 ? 0 : 1 - stepWeight);
    const next = await step.run(at, previous, { stepSize, momentum }, clean, targets);
    [previous, at] = [at.images, next];
    consider(at.images, predictions(at.logits), at.objective);
    for (const [row, value] of at.objective.entries()) {
      if (!(value > (top.objective[row] as number))) continue; // there is one for each example
      top.objective[row] = value;
      copyRow(at.images, top.images, row);
      copyRow(at.gradient, top.gradient, row);
    }
    for (const [row, back] of stepSizes.observe(at.objective).entries()) {
      if (!back) continue;
      copyRow(top.images, at.images, row);
      copyRow(top.gradient, at.gradient, row);
    }
  }
  return first.gradientNorms;
}

/** The objective and its gradient at some images of the balls, without a step. */
export function lookAt(
  step: ApgdStep,
  images: HostTensor,
  clean: Batch,
  targets?: HostTensor,
): ReturnType<ApgdStep['run']> {
  const none = same(images.shape[0] ?? 0, 0);
  const gradient = { ...images, data: new Float32Array(images.data.length) };
  return step.run({ images, gradient }, images, { stepSize: none, momentum: none }, clean, targets);
}

function same(count: number, value: number): HostTensor {
  return { shape: [count], data: new Float32Array(count).fill(value) };
}

function copyRow(from: HostTensor, to: HostTensor, row: number): void {
  const size = from.data.length / (from.shape[0] ?? 1);
  to.data.set(from.data.subarray(row * size, (row + 1) * size), row * size);
}
