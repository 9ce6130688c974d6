import * as tf from '@tensorflow/tfjs';
import { batchNorm, conv, convNorm, dense, globalMean } from '../../src/learn/model/layers.ts';
import type { Model } from '../../src/learn/model/model.ts';
import type { ModelSettings } from '../../src/learn/model/models.ts';
import { rank4 } from '../../src/learn/model/rank.ts';

/** Every kind of layer that the models have, a stride and a shortcut, but with softplus for ReLU. */
export function smoothNet(settings: ModelSettings): Model {
  const stem = convNorm({ conv: 'conv1', norm: 'bn1', from: 3, to: 4, kernel: 3, stride: 1 });
  const block = convNorm({ conv: 'conv2', norm: 'bn2', from: 4, to: 6, kernel: 3, stride: 2 });
  const shortcut = conv({ name: 'shortcut', from: 4, to: 6, kernel: 1, stride: 2 });
  const norm = batchNorm('bn3', 6);
  const linear = dense('fc', 6, settings.classes);
  const layers = [stem, block, shortcut, norm, linear];
  return {
    name: 'smooth',
    ...settings,
    parameters: layers.flatMap((layer) => layer.parameters),
    state: layers.flatMap((layer) => layer.state),
    taps: [
      { name: 'conv1', channels: 4 },
      { name: 'block', channels: 6 },
    ],
    forward(tensors, images, mode) {
      const pass = { tensors, mode, state: {} };
      const x = tf.softplus(stem.apply(images, pass));
      const sum = tf.add(tf.softplus(block.apply(x, pass)), shortcut.apply(x, pass));
      const last = tf.softplus(norm.apply(rank4(sum), pass));
      return {
        logits: linear.apply(globalMean(rank4(last)), pass),
        taps: [x, rank4(last)],
        state: pass.state,
      };
    },
  };
}
