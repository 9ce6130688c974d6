import * as tf from '@tensorflow/tfjs';
import { batchNorm, conv, convNorm, dense, type Pass } from './layers.ts';
import type { Init, Model } from './model.ts';
import { type BlockPlace, type NetworkSettings, network, stagesOf, stageTaps } from './network.ts';

export interface PreActivationSettings extends NetworkSettings {
  /** Channels of the stem. */
  readonly stem: number;
  /** Channels of each stage. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  readonly names: PreActivationNames;
  /** Initialisation of a filter with this height and width and number of output channels. Default: as in PyTorch. */
  readonly filterInit?: (kernel: number, to: number) => Init;
  /** Initialisation of the bias of the linear layer. Default: as in PyTorch. */
  readonly biasInit?: Init;
}

/** Names of the parts in the repositories where these networks come from. */
export interface PreActivationNames {
  /** Name of a block, given by its stage and its position there, both from 0. */
  block(stage: number, block: number): string;
  /** Name of the convolution of the shortcut, within its block. */
  readonly shortcut: string;
  /** Name of the batch norm before the global mean. */
  readonly norm: string;
  readonly linear: string;
}

/**
 * A residual network with pre-activation blocks (He et al. 2016, "Identity mappings"): a 3×3 stem, stages with
 * strides 1, 2, 2, …, batch norm and ReLU, a global mean, a linear layer. Where the channels change, the shortcut is
 * a 1×1 convolution of the activated input, without batch norm.
 *
 * Its taps are the stem and each stage. Their ReLU comes after the next batch norm, which is at the start of the next
 * stage; the tap is taken there, as in Heo et al. 2019 (arXiv 1904.01866).
 */
export function preActivationNet(settings: PreActivationSettings): Model {
  const { inputShape, classes, stem: stemWidth, widths, blocks, names, filterInit } = settings;
  const lastWidth = widths.at(-1) ?? 0;
  const filter = (name: string, from: number, to: number, kernel: number, stride: 1 | 2) =>
    conv({ name, from, to, kernel, stride, init: filterInit?.(kernel, to) });
  const stem = filter('conv1', inputShape[2], stemWidth, 3, 1);
  const stages = stagesOf(stemWidth, widths, blocks, block);
  const lastNorm = batchNorm(names.norm, lastWidth);

  /** A block without its first ReLU, which may be a tap. */
  function block({ stage, block: place, from, to, stride }: BlockPlace) {
    const name = names.block(stage, place);
    const norm = batchNorm(`${name}.bn1`, from);
    const first = convNorm({
      conv: `${name}.conv1`,
      norm: `${name}.bn2`,
      from,
      to,
      kernel: 3,
      stride,
      init: filterInit?.(3, to),
    });
    const second = filter(`${name}.conv2`, to, to, 3, 1);
    // Strides occur only where the channels change, so checking the channels is enough.
    const projection = from === to ? undefined : filter(`${name}.${names.shortcut}`, from, to, 1, stride);
    return {
      norm,
      layers: [norm, first, second, ...(projection ? [projection] : [])],
      /** @param active x after `norm` and ReLU; if the shape changes, the shortcut uses it too */
      apply(x: tf.Tensor4D, active: tf.Tensor4D, pass: Pass): tf.Tensor4D {
        const residual = second.apply(tf.relu(first.apply(active, pass)), pass);
        return tf.add(residual, projection ? projection.apply(active, pass) : x);
      },
    };
  }

  return network(
    settings,
    {
      layers: [stem, ...stages.flat().flatMap((block) => block.layers), lastNorm],
      taps: stageTaps(stemWidth, widths),
      features(images, pass, tap) {
        let x = stem.apply(images, pass);
        for (const stage of stages) {
          for (const block of stage) {
            const before = block.norm.apply(x, pass);
            x = block.apply(x, block === stage[0] ? tap.relu(before) : tf.relu(before), pass);
          }
        }
        return tap.relu(lastNorm.apply(x, pass));
      },
    },
    dense(names.linear, lastWidth, classes, settings.biasInit),
  );
}
