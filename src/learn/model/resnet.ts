import * as tf from '@tensorflow/tfjs';
import { convNorm, dense, type Layer, type Pass } from './layers.ts';
import type { Model } from './model.ts';
import { type BlockPlace, type NetworkSettings, network, stagesOf, stageTaps } from './network.ts';

export interface ResNetSettings extends NetworkSettings {
  /** Channels of each stage; the stem has as many as the first stage. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
}

/**
 * A residual network for small images (He et al. 2016, sections 3 and 4.2): a 3×3 stem without pooling, stages of basic
 * blocks with strides 1, 2, 2, …, a 1×1 convolution with batch norm as the shortcut where the shape changes, a
 * global mean, a linear layer. Its taps are the stem and each stage.
 */
export function resnet(settings: ResNetSettings): Model {
  const { inputShape, classes, widths, blocks } = settings;
  const stemWidth = widths[0] ?? 0;
  const stem = convNorm({
    conv: 'conv1',
    norm: 'bn1',
    from: inputShape[2],
    to: stemWidth,
    kernel: 3,
    stride: 1,
  });
  const stages = stagesOf(stemWidth, widths, blocks, basicBlock);
  return network(
    settings,
    {
      layers: [stem, ...stages.flat().flatMap((block) => block.layers)],
      taps: stageTaps(stemWidth, widths),
      features(images, pass, tap) {
        let x = tap.relu(stem.apply(images, pass));
        for (const stage of stages) {
          for (const block of stage) {
            const before = block.apply(x, pass);
            x = block === stage.at(-1) ? tap.relu(before) : tf.relu(before);
          }
        }
        return x;
      },
    },
    dense('linear', widths.at(-1) ?? 0, classes),
  );
}

/** Two 3×3 convolutions and the shortcut, without the ReLU at the end. */
function basicBlock({ stage, block, from, to, stride }: BlockPlace) {
  const name = `layer${stage + 1}.${block}`;
  const first = convNorm({ conv: `${name}.conv1`, norm: `${name}.bn1`, from, to, kernel: 3, stride });
  const second = convNorm({ conv: `${name}.conv2`, norm: `${name}.bn2`, from: to, to, kernel: 3, stride: 1 });
  const projects = stride !== 1 || from !== to;
  const projection: readonly Layer[] = projects
    ? [convNorm({ conv: `${name}.shortcut.0`, norm: `${name}.shortcut.1`, from, to, kernel: 1, stride })]
    : [];
  return {
    layers: [first, second, ...projection],
    apply(x: tf.Tensor4D, pass: Pass): tf.Tensor4D {
      const residual = second.apply(tf.relu(first.apply(x, pass)), pass);
      const shortcut = projection.reduce((value, layer) => layer.apply(value, pass), x);
      return tf.add(residual, shortcut);
    },
  };
}
