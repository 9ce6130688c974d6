import * as tf from '@tensorflow/tfjs';
import { globalMean, type Layer, type Pass } from './layers.ts';
import type { Model, TapSpec } from './model.ts';
import { type Normalise, normaliser } from './normalise.ts';

/** Settings of every network. */
export interface NetworkSettings {
  readonly name: string;
  readonly inputShape: Model['inputShape'];
  readonly classes: number;
  readonly classNames?: Model['classNames'];
  readonly normalise?: Normalise | undefined;
  /** Whether a tap is the input of its ReLU instead of the output (the default). */
  readonly tapBeforeRelu?: boolean | undefined;
}

/** The layers between the images and the global mean. */
export interface Body {
  /** In the order in which PyTorch lists their tensors. */
  readonly layers: readonly Layer[];
  readonly taps: readonly TapSpec[];
  /**
   * @param x normalised images [batch, height, width, channels]
   * @returns the input of the global mean
   */
  features(x: tf.Tensor4D, pass: Pass, tap: Tap): tf.Tensor4D;
}

/** Called once for each tap of a network, in order. */
export interface Tap {
  /** Applies a ReLU whose output or input is a tap. */
  relu(before: tf.Tensor4D): tf.Tensor4D;
  /** A tap that no ReLU follows. */
  plain(x: tf.Tensor4D): void;
}

/**
 * A classifier: normalisation, a body, global mean, a linear layer.
 * @throws Failure `bad-normalisation`
 */
export function network(settings: NetworkSettings, body: Body, linear: Layer<tf.Tensor2D>): Model {
  const { name, inputShape, classes, classNames, tapBeforeRelu = false } = settings;
  const normalise = normaliser(settings.normalise, inputShape[2]);
  const layers = [...body.layers, linear];
  return {
    name,
    inputShape,
    classes,
    classNames,
    parameters: layers.flatMap((layer) => layer.parameters),
    state: layers.flatMap((layer) => layer.state),
    taps: body.taps,
    forward(tensors, images, mode) {
      const pass: Pass = { tensors, mode, state: {} };
      const taps: tf.Tensor4D[] = [];
      const tap: Tap = {
        relu(before) {
          const active = tf.relu(before);
          taps.push(tapBeforeRelu ? before : active);
          return active;
        },
        plain: (x) => void taps.push(x),
      };
      const features = body.features(normalise(images), pass, tap);
      return { logits: linear.apply(globalMean(features), pass), taps, state: pass.state };
    },
  };
}

/** Taps of a stem and of the stages after it. */
export function stageTaps(stem: number, widths: readonly number[]): TapSpec[] {
  return [
    { name: 'stem', channels: stem },
    ...widths.map((channels, stage) => ({ name: `stage${stage + 1}`, channels })),
  ];
}

/** The position of a block, and its settings. */
export interface BlockPlace {
  /** Both from 0. */
  readonly stage: number;
  readonly block: number;
  readonly from: number;
  readonly to: number;
  readonly stride: 1 | 2;
}

/**
 * Stages of blocks. The first block of each stage except the first one halves height and width.
 * @param stem input channels
 * @param widths output channels of each stage
 * @param counts number of blocks of each stage
 */
export function stagesOf<B>(
  stem: number,
  widths: readonly number[],
  counts: readonly number[],
  make: (place: BlockPlace) => B,
): B[][] {
  return widths.map((to, stage) =>
    Array.from({ length: counts[stage] ?? 0 }, (_, block) => {
      const from = block === 0 ? (widths[stage - 1] ?? stem) : to;
      return make({ stage, block, from, to, stride: block === 0 && stage > 0 ? 2 : 1 });
    }),
  );
}
