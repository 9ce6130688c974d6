import type { HostTensor } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import { predictions } from '../loss/accuracy.ts';
import type { ApgdPoint, ApgdStep } from './apgd-step.ts';
import { StepSizes } from './apgd-steps.ts';
import type { AttackBatch } from './attacker.ts';
import { rowsAt, rowsIn, someOf } from './batch-rows.ts';
import type { Consider } from './best-iterates.ts';

/** Weight of the step against the momentum. */
const stepWeight = 0.75;

export interface Ascent {
  readonly clean: AttackBatch;
  /** One-hot like the labels, if the objective has a target. */
  readonly targets?: HostTensor | undefined;
  /** Within epsilon of the clean images and [0, 1], of the same shape. */
  readonly start: HostTensor;
  readonly epsilon: number;
  readonly steps: number;
  /** Whether an example is left out as soon as it is misclassified. */
  readonly untilBroken: boolean;
  readonly step: ApgdStep;
  /** Receives every iterate, including the start. */
  readonly consider: Consider;
}

/** One run of APGD from one start. @returns the l1 norms of the gradients at the start */
export async function ascent(given: Ascent): Promise<Float32Array> {
  const { start, epsilon, steps, untilBroken, step, consider } = given;
  const first = await lookAt(step, start, given.clean, given.targets);
  const expected = predictions(given.clean.labels);
  let places = [...expected.keys()];
  let { clean, targets } = given;
  let [at, previous] = [pointOf(first), first.images];
  let stepSizes = new StepSizes(epsilon, steps, first.objective);
  // The best points of this run only: an example returns there when its step is halved.
  let top: ApgdPoint & { readonly objective: Float32Array } = {
    objective: first.objective.slice(),
    images: { ...start, data: first.images.data.slice() },
    gradient: { ...start, data: first.gradient.data.slice() },
  };
  const leaveOut = (predicted: Int32Array) => {
    const right = [...places.keys()].filter((row) => predicted[row] === expected[places[row] as number]);
    if (!untilBroken || right.length === places.length) return;
    places = rowsIn(places, right);
    clean = someOf(clean, right);
    targets = targets && rowsAt(targets, right);
    [at, previous, stepSizes] = [pointAt(at, right), rowsAt(previous, right), stepSizes.of(right)];
    top = { ...pointAt(top, right), objective: Float32Array.from(rowsIn([...top.objective], right)) };
  };
  const predicted = predictions(first.logits);
  consider(first.images, predicted, first.objective);
  leaveOut(predicted);
  for (let done = 0; done < steps && places.length > 0; done += 1) {
    const stepSize = { shape: [places.length], data: Float32Array.from(stepSizes.sizes) };
    const momentum = same(places.length, done === 0 ? 0 : 1 - stepWeight);
    const next = await step.run(at, previous, { stepSize, momentum }, clean, targets);
    [previous, at] = [at.images, pointOf(next)];
    const predicted = predictions(next.logits);
    consider(at.images, predicted, next.objective, places);
    for (const [row, value] of next.objective.entries()) {
      if (!(value > (top.objective[row] as number))) continue; // there is one for each example
      top.objective[row] = value;
      copyRow(at.images, top.images, row);
      copyRow(at.gradient, top.gradient, row);
    }
    for (const [row, back] of stepSizes.observe(next.objective).entries()) {
      if (!back) continue;
      copyRow(top.images, at.images, row);
      copyRow(top.gradient, at.gradient, row);
    }
    leaveOut(predicted);
  }
  return first.gradientNorms;
}

function pointOf({ images, gradient }: ApgdPoint): ApgdPoint {
  return { images, gradient };
}

function pointAt({ images, gradient }: ApgdPoint, rows: readonly number[]): ApgdPoint {
  return { images: rowsAt(images, rows), gradient: rowsAt(gradient, rows) };
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
