import * as tf from '@tensorflow/tfjs';
import { convNorm, dense, globalMean, type Layer, type Pass } from './layers.ts';
import type { Model, NamedTensors } from './model.ts';
import { type Normalise, normaliser } from './normalise.ts';

export interface ResNetSettings {
  readonly name: string;
  readonly inputShape: Model['inputShape'];
  readonly classes: number;
  readonly normalise?: Normalise | undefined;
  /** Channels of each stage; the stem has as many as the first stage. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  /** Whether a tap gives the activation after its last ReLU or what goes into that. Default: after. */
  readonly tapBeforeRelu?: boolean | undefined;
}

/**
 * A residual network for small images (He et al. 2016, sections 3 and 4.2): a 3×3 stem without pooling, stages of basic
 * blocks with strides 1, 2, 2, …, a 1×1 convolution with batch norm as the shortcut where the shape changes, a
 * global mean, a linear layer. Its taps are the stem and each stage.
 */
export function resnet(settings: ResNetSettings): Model {
  const { name, inputShape, classes, widths, blocks, tapBeforeRelu = false } = settings;
  const normalise = normaliser(settings.normalise, inputShape[2]);
  const stemWidth = widths[0] ?? 0;
  const stem = convNorm({
    conv: 'conv1',
    norm: 'bn1',
    from: inputShape[2],
    to: stemWidth,
    kernel: 3,
    stride: 1,
  });
  const stages = widths.map((width, stage) => {
    const before = widths[stage - 1] ?? stemWidth;
    return Array.from({ length: blocks[stage] ?? 0 }, (_, block) =>
      basicBlock({
        name: `layer${stage + 1}.${block}`,
        from: block === 0 ? before : width,
        to: width,
        stride: block === 0 && stage > 0 ? 2 : 1,
      }),
    );
  });
  const linear = dense('linear', widths.at(-1) ?? 0, classes);
  const layers = [stem, ...stages.flat().flatMap((block) => block.layers), linear];

  return {
    name,
    inputShape,
    classes,
    parameters: layers.flatMap((layer) => layer.parameters),
    state: layers.flatMap((layer) => layer.state),
    taps: [
      { name: 'stem', channels: stemWidth },
      ...widths.map((channels, stage) => ({ name: `stage${stage + 1}`, channels })),
    ],
    forward(tensors: NamedTensors, images, mode) {
      const pass: Pass = { tensors, mode, state: {} };
      const taps: tf.Tensor4D[] = [];
      let before = stem.apply(normalise(images), pass);
      let x = tf.relu(before);
      taps.push(tapBeforeRelu ? before : x);
      for (const stage of stages) {
        for (const block of stage) {
          before = block.apply(x, pass);
          x = tf.relu(before);
        }
        taps.push(tapBeforeRelu ? before : x);
      }
      return { logits: linear.apply(globalMean(x), pass), taps, state: pass.state };
    },
  };
}

/** Two 3×3 convolutions and the shortcut, without the ReLU at the end. */
function basicBlock({ name, from, to, stride }: { name: string; from: number; to: number; stride: 1 | 2 }) {
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
