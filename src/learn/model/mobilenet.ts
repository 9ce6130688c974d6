import * as tf from '@tensorflow/tfjs';
import { convNorm, dense, type Layer, type Pass } from './layers.ts';
import type { Model } from './model.ts';
import { type NetworkSettings, network, stageTaps } from './network.ts';

/** Blocks of the same width; the first one has the stride. */
export interface MobileNetGroup {
  /** Ratio of the inner width of a block to its input width. */
  readonly expansion: number;
  readonly to: number;
  readonly blocks: number;
  readonly stride: 1 | 2;
}

export interface MobileNetSettings extends NetworkSettings {
  /** Channels of the stem. */
  readonly stem: number;
  readonly groups: readonly MobileNetGroup[];
  /** Output channels of the 1×1 convolution before the global mean. */
  readonly head: number;
}

/**
 * Table 2 of Sandler et al. 2018, but with stride 1 instead of 2 in the second group, because CIFAR images are small.
 */
export const cifarMobilenet: Pick<MobileNetSettings, 'stem' | 'groups' | 'head'> = {
  stem: 32,
  groups: [
    { expansion: 1, to: 16, blocks: 1, stride: 1 },
    { expansion: 6, to: 24, blocks: 2, stride: 1 },
    { expansion: 6, to: 32, blocks: 3, stride: 2 },
    { expansion: 6, to: 64, blocks: 4, stride: 2 },
    { expansion: 6, to: 96, blocks: 3, stride: 1 },
    { expansion: 6, to: 160, blocks: 3, stride: 2 },
    { expansion: 6, to: 320, blocks: 1, stride: 1 },
  ],
  head: 1280,
};

/**
 * MobileNetV2 (Sandler et al. 2018) as in the usual PyTorch code for CIFAR: a 3×3 stem with stride 1, ReLU instead of
 * ReLU6, and a convolution with batch norm as the shortcut where the channels change at stride 1. Names and
 * initialisation of tensors are the same as there. Its depthwise convolutions have no second derivatives in
 * TensorFlow.js.
 *
 * Its taps are the stem, the last block before each stride of 2, and the last convolution: as many as in a ResNet
 * with four stages. A block does not end with a ReLU, so its tap is its output, whether taps are taken before or
 * after ReLUs.
 */
export function mobilenetV2(settings: MobileNetSettings): Model {
  const { inputShape, classes, stem: stemWidth, groups, head: headWidth } = settings;
  const stem = convNorm({
    conv: 'conv1',
    norm: 'bn1',
    from: inputShape[2],
    to: stemWidth,
    kernel: 3,
    stride: 1,
  });
  const stages = blocksBySize(stemWidth, groups);
  const tapped = stages.slice(0, -1).map((stage) => stage.at(-1));
  const head = convNorm({
    conv: 'conv2',
    norm: 'bn2',
    from: groups.at(-1)?.to ?? stemWidth,
    to: headWidth,
    kernel: 1,
    stride: 1,
  });
  return network(
    settings,
    {
      layers: [stem, ...stages.flat().flatMap((block) => block.layers), head],
      taps: stageTaps(stemWidth, [...tapped.map((block) => block?.to ?? stemWidth), headWidth]),
      features(images, pass, tap) {
        let x = tap.relu(stem.apply(images, pass));
        for (const block of stages.flat()) {
          x = block.apply(x, pass);
          if (tapped.includes(block)) tap.plain(x);
        }
        return tap.relu(head.apply(x, pass));
      },
    },
    dense('linear', headWidth, classes),
  );
}

/** All blocks, grouped by image size. */
function blocksBySize(stemWidth: number, groups: readonly MobileNetGroup[]): InvertedBlock[][] {
  const stages: InvertedBlock[][] = [[]];
  let [from, index] = [stemWidth, 0];
  for (const { expansion, to, blocks, stride: first } of groups) {
    for (let block = 0; block < blocks; block += 1) {
      const stride = block === 0 ? first : 1;
      if (stride === 2) stages.push([]);
      stages.at(-1)?.push(invertedBlock({ name: `layers.${index}`, from, to, expansion, stride }));
      [from, index] = [to, index + 1];
    }
  }
  return stages;
}

interface InvertedBlock {
  readonly to: number;
  readonly layers: readonly Layer[];
  apply(x: tf.Tensor4D, pass: Pass): tf.Tensor4D;
}

/**
 * A 1×1 convolution that expands the channels, a depthwise 3×3 one with the stride, a 1×1 one that reduces the
 * channels, and the shortcut.
 */
function invertedBlock({
  name,
  from,
  to,
  expansion,
  stride,
}: {
  name: string;
  from: number;
  to: number;
  expansion: number;
  stride: 1 | 2;
}): InvertedBlock {
  const inside = expansion * from;
  const part = (index: number) => ({ conv: `${name}.conv${index}`, norm: `${name}.bn${index}` });
  const expand = convNorm({ ...part(1), from, to: inside, kernel: 1, stride: 1 });
  const filter = convNorm({ ...part(2), from: inside, to: inside, kernel: 3, stride, depthwise: true });
  const project = convNorm({ ...part(3), from: inside, to, kernel: 1, stride: 1 });
  const names = { conv: `${name}.shortcut.0`, norm: `${name}.shortcut.1` };
  const shortcut: readonly Layer[] =
    stride === 1 && from !== to ? [convNorm({ ...names, from, to, kernel: 1, stride: 1 })] : [];
  return {
    to,
    layers: [expand, filter, project, ...shortcut],
    apply(x, pass) {
      const widened = tf.relu(expand.apply(x, pass));
      const result = project.apply(tf.relu(filter.apply(widened, pass)), pass);
      if (stride === 2) return result;
      const kept = shortcut.reduce((value, layer) => layer.apply(value, pass), x);
      return tf.add(result, kept);
    },
  };
}
