import type { Engine, Tensors } from '../../engine/engine.ts';
import { toBatch } from '../data/batch.ts';
import type { Dataset } from '../data/dataset.ts';
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
  dataset: Dataset,
  batchSize: number,
): Validation {
  const forward = engine.compile('train/validate', ({ images, ...weights }) => {
    if (!images) throw new Error('No images were given');
    return { logits: model.forward(weights, rank4(images), 'eval').logits };
  });
  return {
    async measure(weights, stepOf) {
      const total = dataset.labels.length;
      let [correct, loss] = [0, 0];
      for (let start = 0; start < total; start += batchSize) {
        const indices = Int32Array.from({ length: Math.min(batchSize, total - start) }, (_, i) => start + i);
        const clean = toBatch(dataset, indices);
        const { images, labels } =
          (await method.prepareValidation?.(clean, stepOf(start / batchSize))) ?? clean;
        const { logits } = await forward.run({ ...weights, images });
        if (logits === undefined) throw new Error('The model gave no logits');
        correct += countCorrect(logits, labels);
        loss += summedCrossEntropy(logits, labels);
      }
      return { accuracy: correct / total, loss: loss / total };
    },
    dispose: () => forward.dispose(),
  };
}
