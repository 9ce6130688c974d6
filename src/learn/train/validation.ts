import type { Engine, Tensors } from '../../engine/engine.ts';
import { batchesOf, type Examples } from '../data/examples.ts';
import { countCorrect } from '../loss/accuracy.ts';
import { summedCrossEntropy } from '../loss/summed-cross-entropy.ts';
import type { Model } from '../model/model.ts';
import { rank4 } from '../model/rank.ts';
import type { Method, StepContext } from './method.ts';

export interface Validation {
  /**
   * Accuracy of these weights, in [0, 1], and mean cross entropy.
   * @param stepOf returns the context of a batch, by its number
   */
  measure(
    weights: Tensors,
    stepOf: (batch: number) => StepContext,
  ): Promise<{ readonly accuracy: number; readonly loss: number }>;
  dispose(): Promise<void>;
}

/** Measures accuracy and loss on a validation part: on clean images or, for a robust method, under attack. */
export function createValidation(
  engine: Engine,
  model: Model,
  method: Method,
  dataset: Examples,
  batchSize: number,
): Validation {
  const forward = engine.compile('train/validate', ({ images, ...weights }) => {
    if (!images) throw new Error('No images were given');
    return { logits: model.forward(weights, rank4(images), 'eval').logits };
  });
  return {
    async measure(weights, stepOf) {
      const order = Int32Array.from(dataset.labels.keys());
      const batches = Math.ceil(order.length / batchSize);
      const read = batchesOf(dataset, batches, (batch) => ({
        indices: order.subarray(batch * batchSize, (batch + 1) * batchSize),
      }));
      let [correct, loss] = [0, 0];
      for (let batch = 0; batch < batches; batch += 1) {
        const clean = await read(batch);
        const { images, labels } = (await method.prepareValidation?.(clean, stepOf(batch))) ?? clean;
        const { logits } = await forward.run({ ...weights, images });
        if (logits === undefined) throw new Error('The model gave no logits');
        correct += countCorrect(logits, labels);
        loss += summedCrossEntropy(logits, labels);
      }
      return { accuracy: correct / order.length, loss: loss / order.length };
    },
    dispose: () => forward.dispose(),
  };
}
