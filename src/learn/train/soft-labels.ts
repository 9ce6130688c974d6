import type { Engine, HostTensor, Tensors } from '../../engine/engine.ts';
import { softmax } from '../../engine/ops/softmax.ts';
import type { Mode, Model } from '../model/model.ts';
import { rank4 } from '../model/rank.ts';

export interface SoftLabels {
  /**
   * The model's probabilities for images, [batch, classes].
   * @param weights those that are not fixed
   */
  of(images: HostTensor, weights?: Tensors): Promise<HostTensor>;
  dispose(): Promise<void>;
}

/**
 * Computes a model's probabilities on the host; they are the labels of attacks on a divergence.
 * @param fixed constant weights
 */
export function softLabels(engine: Engine, model: Model, mode: Mode, fixed: Tensors = {}): SoftLabels {
  const compiled = engine.compile(
    `train/soft-labels-${mode}`,
    ({ images, ...weights }) => {
      if (!images) throw new Error('No images were given');
      return { probabilities: softmax(model.forward(weights, rank4(images), mode).logits) };
    },
    { fixed },
  );
  return {
    async of(images, weights = {}) {
      const { probabilities } = await compiled.run({ ...weights, images });
      if (probabilities === undefined) throw new Error('The model gave no probabilities');
      return probabilities;
    },
    dispose: () => compiled.dispose(),
  };
}
