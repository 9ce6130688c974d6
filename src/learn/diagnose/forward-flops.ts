import type { Engine, Tensors } from '../../engine/engine.ts';
import { weightsFor } from '../model/fit.ts';
import type { Model } from '../model/model.ts';
import { rank4 } from '../model/rank.ts';

/**
 * Floating point operations of a forward pass of one image in `eval` mode: its convolutions and matrix products, 2
 * for each multiplication with its addition.
 * @throws Failure `shape-mismatch`
 */
export async function forwardFlops(engine: Engine, model: Model, weights: Tensors): Promise<number> {
  const [height, width, channels] = model.inputShape;
  const compiled = engine.compile(
    'diagnose/forward',
    ({ images, ...tensors }) => {
      if (!images) throw new Error('No images were given');
      return { logits: model.forward(tensors, rank4(images), 'eval').logits };
    },
    { fixed: weightsFor(model, weights) },
  );
  const data = new Float32Array(height * width * channels);
  try {
    return await compiled.flops({ images: { shape: [1, height, width, channels], data } });
  } finally {
    await compiled.dispose();
  }
}
