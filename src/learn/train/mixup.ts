import type { HostTensor } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import type { Stream } from '../random/stream.ts';
import type { MethodBuilder } from './method.ts';
import { classificationLoss } from './standard.ts';

export interface MixupSettings {
  /** λ ~ Beta(alpha, alpha), one for a batch. 0: no mixing. */
  readonly alpha: number;
}

/** Mixup (Zhang et al. 2018): cross entropy on convex combinations of the batch with itself in another order. */
export function mixup(settings: MixupSettings): MethodBuilder {
  return ({ model }) => ({
    name: 'mixup',
    prepare: (batch, { random }) => mixBatch(batch, settings.alpha, random('mixup')),
    loss: (inputs) => classificationLoss(model, inputs),
  });
}

/**
 * λ · batch + (1 - λ) · batch in another order, images and labels alike: cross entropy is linear in the labels, so the
 * mixed label gives the same loss as the two losses mixed. Done on the host, whose result is the same for all engines
 * and half as much to hand over as both batches. Draws λ, then the order.
 */
export function mixBatch(batch: Batch, alpha: number, random: Stream): Batch {
  if (alpha <= 0) return batch;
  const lambda = random.beta(alpha, alpha);
  const order = random.permutation(batch.labels.shape[0] ?? 0);
  return { images: mix(batch.images, order, lambda), labels: mix(batch.labels, order, lambda) };
}

/** Row i of the result is λ · row i + (1 - λ) · row order[i]. */
export function mix({ shape, data }: HostTensor, order: Int32Array, lambda: number): HostTensor {
  const mixed = new Float32Array(data.length);
  const width = data.length / order.length;
  order.forEach((other, row) => {
    for (let column = 0; column < width; column += 1) {
      const own = data[row * width + column] as number; // in range: the tensor has order.length rows
      mixed[row * width + column] = lambda * own + (1 - lambda) * (data[other * width + column] as number);
    }
  });
  return { shape, data: mixed };
}
