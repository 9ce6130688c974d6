import type { HostTensor } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import type { Stream } from '../random/stream.ts';
import type { MethodBuilder } from './method.ts';
import { classificationLoss } from './standard.ts';

export interface MixupSettings {
  /** λ ~ Beta(alpha, alpha), drawn for each batch. 0: no mixing. */
  readonly alpha: number;
}

/** Mixup (Zhang et al. 2018): cross entropy on convex combinations of the batch with a permutation of itself. */
export function mixup(settings: MixupSettings): MethodBuilder {
  return ({ model }) => ({
    name: 'mixup',
    prepare: (batch, { random }) => mixBatch(batch, settings.alpha, random('mixup')),
    loss: (inputs) => classificationLoss(model, inputs),
  });
}

/**
 * λ · batch + (1 - λ) · permuted batch, for both images and labels: cross entropy is linear in the labels, so mixing
 * labels is the same as mixing losses. Computed on the host, so that it is the same for all engines and only one
 * batch is transferred. Draws λ first, then the permutation.
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
