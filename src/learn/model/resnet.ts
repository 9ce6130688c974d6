import * as tf from '@tensorflow/tfjs';
import { maxPoolPad } from '../../engine/ops/max-pool-pad.ts';
import { fanOutNormal } from './init.ts';
import { convNorm, dense, type Layer, type Pass } from './layers.ts';
import type { Init, Model } from './model.ts';
import { type BlockPlace, type NetworkSettings, network, stagesOf, stageTaps } from './network.ts';

export interface ResNetSettings extends NetworkSettings {
  /** Channels of the 3×3 convolutions of each stage; the stem has as many as the first stage. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  /** Default: basic. */
  readonly block?: keyof typeof convolutions;
  /** Default: cifar. */
  readonly layout?: keyof typeof layouts;
}

interface Layout {
  readonly stem: { readonly kernel: number; readonly stride: 1 | 2 };
  /** Whether a max pool halves height and width after the stem. */
  readonly pool: boolean;
  /** Names of the shortcut within its block, and of the linear layer. */
  readonly shortcut: string;
  readonly linear: string;
  /** Initialisation of a filter with this height and width and number of output channels. Default: as in PyTorch. */
  readonly filterInit?: (kernel: number, to: number) => Init;
}

/**
 * Layouts for small and for large images. Names and initialisation are those of the usual PyTorch code (cifar) and of
 * torchvision (imagenet).
 */
const layouts = {
  cifar: { stem: { kernel: 3, stride: 1 }, pool: false, shortcut: 'shortcut', linear: 'linear' },
  imagenet: {
    stem: { kernel: 7, stride: 2 },
    pool: true,
    shortcut: 'downsample',
    linear: 'fc',
    filterInit: (kernel, to) => fanOutNormal(kernel * kernel * to),
  },
} satisfies Record<string, Layout>;

/** The convolutions of a block: the stride is on the 3×3 one, as in PyTorch. */
const convolutions = {
  basic: (to: number, stride: 1 | 2): Convolution[] => [
    { to, kernel: 3, stride },
    { to, kernel: 3, stride: 1 },
  ],
  bottleneck: (to: number, stride: 1 | 2): Convolution[] => [
    { to: to / widening.bottleneck, kernel: 1, stride: 1 },
    { to: to / widening.bottleneck, kernel: 3, stride },
    { to, kernel: 1, stride: 1 },
  ],
};

/** Ratio of the output channels of a block to the channels of its 3×3 convolutions. */
const widening = { basic: 1, bottleneck: 4 } as const;

interface Convolution {
  readonly to: number;
  readonly kernel: number;
  readonly stride: 1 | 2;
}

/**
 * A residual network (He et al. 2016): a stem, stages of basic or bottleneck blocks with strides 1, 2, 2, …, a 1×1
 * convolution with batch norm as the shortcut where the shape changes, a global mean, a linear layer. For small
 * images the stem is 3×3, without pooling (section 4.2). For ImageNet it is 7×7 with stride 2, followed by a max pool
 * (table 1), which has no second derivatives in TensorFlow.js. Its taps are the stem (before the pool) and each
 * stage.
 */
export function resnet(settings: ResNetSettings): Model {
  const { inputShape, classes, blocks, block: kind = 'basic' } = settings;
  const layout: Layout = layouts[settings.layout ?? 'cifar'];
  const stemWidth = settings.widths[0] ?? 0;
  const widths = settings.widths.map((width) => width * widening[kind]);
  const filter = (names: { conv: string; norm: string }, from: number, shape: Convolution) =>
    convNorm({ ...names, from, ...shape, init: layout.filterInit?.(shape.kernel, shape.to) });
  const stem = filter({ conv: 'conv1', norm: 'bn1' }, inputShape[2], { to: stemWidth, ...layout.stem });
  const stages = stagesOf(stemWidth, widths, blocks, residualBlock);

  /** A block without the ReLU at the end. */
  function residualBlock({ stage, block, from, to, stride }: BlockPlace) {
    const name = `layer${stage + 1}.${block}`;
    const shapes = convolutions[kind](to, stride);
    const steps = shapes.map((shape, index) => {
      const names = { conv: `${name}.conv${index + 1}`, norm: `${name}.bn${index + 1}` };
      return filter(names, shapes[index - 1]?.to ?? from, shape);
    });
    const shortcut = `${name}.${layout.shortcut}`;
    const projection: readonly Layer[] =
      stride !== 1 || from !== to
        ? [filter({ conv: `${shortcut}.0`, norm: `${shortcut}.1` }, from, { to, kernel: 1, stride })]
        : [];
    return {
      layers: [...steps, ...projection],
      apply(x: tf.Tensor4D, pass: Pass): tf.Tensor4D {
        const residual = steps.reduce(
          (value, step, index) => step.apply(index === 0 ? value : tf.relu(value), pass),
          x,
        );
        const kept = projection.reduce((value, layer) => layer.apply(value, pass), x);
        return tf.add(residual, kept);
      },
    };
  }

  return network(
    settings,
    {
      layers: [stem, ...stages.flat().flatMap((block) => block.layers)],
      taps: stageTaps(stemWidth, widths),
      features(images, pass, tap) {
        let x = tap.relu(stem.apply(images, pass));
        if (layout.pool) x = maxPoolPad(x, 3, 2, 1);
        for (const stage of stages) {
          for (const block of stage) {
            const before = block.apply(x, pass);
            x = block === stage.at(-1) ? tap.relu(before) : tf.relu(before);
          }
        }
        return x;
      },
    },
    dense(layout.linear, widths.at(-1) ?? 0, classes),
  );
}
