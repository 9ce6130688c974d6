import * as tf from '@tensorflow/tfjs';
import type { Tensors } from '../../engine/engine.ts';
import { exportModel } from '../../engine/onnx/export.ts';
import { weightsFor } from './fit.ts';
import type { Model } from './model.ts';
import { rank4 } from './rank.ts';

/** The origin of a model, stored in its file. */
export interface Origin {
  /** The version of retable. */
  readonly version: string;
  /** By stable names, such as `cell` and `checkpoint`. */
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * Makes an ONNX model of a trained model in `eval` mode: `images` float32 [batch, channels, height, width] in [0, 1]
 * to `logits` [batch, classes], for any batch size. Normalisation is included.
 * @throws Failure `shape-mismatch` if the weights belong to another model
 */
export async function modelToOnnx(model: Model, weights: Tensors, origin: Origin): Promise<Uint8Array> {
  const [height, width, channels] = model.inputShape;
  const facts = Object.entries(origin.facts).map(([name, fact]) => `${name} ${fact}`);
  return exportModel(
    model.name,
    ({ images, ...weights }) => {
      if (!images) throw new Error('The images were not given');
      return { logits: model.forward(weights, tf.transpose(rank4(images), [0, 2, 3, 1]), 'eval').logits };
    },
    {
      inputs: { images: { shape: [channels, height, width], dtype: 'float32' } },
      fixed: weightsFor(model, weights),
      labels: {
        title: model.name,
        description:
          `${model.name} by retable ${origin.version}: ${facts.join(', ')}. images: float32 ` +
          `[batch, ${channels}, ${height}, ${width}] in [0, 1], normalised inside; logits: [batch, ${model.classes}].`,
        version: origin.version,
        metadata: prefixed({ net: model.name, ...origin.facts }),
      },
    },
  );
}

function prefixed(facts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [`retable.${name}`, fact]));
}
