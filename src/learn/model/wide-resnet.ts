import * as tf from '@tensorflow/tfjs';
import { fanOutNormal, zeros } from './init.ts';
import { batchNorm, conv, convNorm, dense, globalMean, type Layer, type Pass } from './layers.ts';
import type { Model, NamedTensors } from './model.ts';
import { type Normalise, normaliser } from './normalise.ts';

export interface WideResNetSettings {
  readonly name: string;
  readonly inputShape: Model['inputShape'];
  readonly classes: number;
  readonly normalise?: Normalise | undefined;
  /** Blocks of each stage: n of the depth 6n + 4. */
  readonly blocks: number;
  /** k: the stages have 16k, 32k and 64k channels. */
  readonly widening: number;
  /** Whether a tap gives the activation after its ReLU or what goes into that. Default: after. */
  readonly tapBeforeRelu?: boolean | undefined;
}

const stemWidth = 16;

/**
 * A wide residual network (Zagoruyko and Komodakis 2016) without dropout: a 3×3 stem of 16 channels, three stages of
 * pre-activation blocks with strides 1, 2, 2, batch norm and ReLU, a global mean, a linear layer. Tensors are named and
 * start as in the usual PyTorch code (that of TRADES).
 *
 * Its taps are the stem and each stage. The ReLU that belongs to them comes after the next batch norm: that is at the
 * head of the stage that follows, and the tap is taken there, as Heo et al. 2019 do (arXiv 1904.01866).
 */
export function wideResnet(settings: WideResNetSettings): Model {
  const { name, inputShape, classes, blocks, widening, tapBeforeRelu = false } = settings;
  const normalise = normaliser(settings.normalise, inputShape[2]);
  const stem = filter('conv1', inputShape[2], stemWidth, 3, 1);
  const widths = [16, 32, 64].map((width) => width * widening);
  const lastWidth = widths.at(-1) ?? 0;
  const stages = widths.map((width, stage) => {
    const before = widths[stage - 1] ?? stemWidth;
    return Array.from({ length: blocks }, (_, block) =>
      preActivationBlock({
        name: `block${stage + 1}.layer.${block}`,
        from: block === 0 ? before : width,
        to: width,
        stride: block === 0 && stage > 0 ? 2 : 1,
      }),
    );
  });
  const lastNorm = batchNorm('bn1', lastWidth);
  const linear = dense('fc', lastWidth, classes, zeros);
  const layers = [stem, ...stages.flat().flatMap((block) => block.layers), lastNorm, linear];

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
      let x = stem.apply(normalise(images), pass);
      for (const stage of stages) {
        for (const [index, block] of stage.entries()) {
          const before = block.norm.apply(x, pass);
          const active = tf.relu(before);
          if (index === 0) taps.push(tapBeforeRelu ? before : active);
          x = block.apply(x, active, pass);
        }
      }
      const before = lastNorm.apply(x, pass);
      const active = tf.relu(before);
      taps.push(tapBeforeRelu ? before : active);
      return { logits: linear.apply(globalMean(active), pass), taps, state: pass.state };
    },
  };
}

/** All of a block but its first ReLU, which the network takes, since it may be a tap. */
function preActivationBlock({ name, from, to, stride }: BlockSettings) {
  const norm = batchNorm(`${name}.bn1`, from);
  const first = convNorm({
    conv: `${name}.conv1`,
    norm: `${name}.bn2`,
    from,
    to,
    kernel: 3,
    stride,
    init: fanOutNormal(9 * to),
  });
  const second = filter(`${name}.conv2`, to, to, 3, 1);
  // The stride goes with a change of channels, so that these alone decide, as in the original code.
  const projection = from === to ? undefined : filter(`${name}.convShortcut`, from, to, 1, stride);
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

interface BlockSettings {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly stride: 1 | 2;
}

function filter(name: string, from: number, to: number, kernel: number, stride: 1 | 2): Layer {
  return conv({ name, from, to, kernel, stride, init: fanOutNormal(kernel * kernel * to) });
}
