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
  /** How a filter of this height and width, with so many channels out, starts. Default: as in PyTorch. */
  readonly filterInit?: (kernel: number, to: number) => Init;
  /** How the bias of the linear layer starts. Default: as in PyTorch. */
  readonly biasInit?: Init;
}

/** What the repositories that such networks come from call their parts. */
export interface PreActivationNames {
  /** Of a block; its stage and its place in that, both from 0. */
  block(stage: number, block: number): string;
  /** Of the shortcut's convolution, within its block. */
  readonly shortcut: string;
  /** Of the batch norm before the global mean. */
  readonly norm: string;
  readonly linear: string;
}

/**
 * A residual network of pre-activation blocks (He et al. 2016, "Identity mappings"): a 3×3 stem, stages with strides
 * 1, 2, 2, …, batch norm and ReLU, a global mean, a linear layer. Where the channels change, the shortcut is a 1×1
 * convolution, without batch norm, of the activated input.
 *
 * Its taps are the stem and each stage. The ReLU that belongs to them comes after the next batch norm: that is at the
 * head of the stage that follows, and the tap is taken there, as Heo et al. 2019 do (arXiv 1904.01866).
 */
export function preActivationNet(settings: PreActivationSettings): Model {
  const { inputShape, classes, stem: stemWidth, widths, blocks, names, filterInit } = settings;
  const lastWidth = widths.at(-1) ?? 0;
  const filter = (name: string, from: number, to: number, kernel: number, stride: 1 | 2) =>
    conv({ name, from, to, kernel, stride, init: filterInit?.(kernel, to) });
  const stem = filter('conv1', inputShape[2], stemWidth, 3, 1);
  const stages = stagesOf(stemWidth, widths, blocks, block);
  const lastNorm = batchNorm(names.norm, lastWidth);

  /** All of a block but its first ReLU, which may be a tap. */
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
    // The stride goes with a change of channels, so that these alone decide.
    const projection = from === to ? undefined : filter(`${name}.${names.shortcut}`, from, to, 1, stride);
    return {
      norm,
      layers: [norm, first, second, ...(projection ? [projection] : [])],
      /** @param active x after `norm` and ReLU; where the shape changes, the shortcut starts there too */
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
