import type { Tensors } from '../../src/engine/engine.ts';
import { initialise } from '../../src/learn/model/init.ts';
import { mobilenetV2 } from '../../src/learn/model/mobilenet.ts';
import type { Model } from '../../src/learn/model/model.ts';
import { createModel, type ModelSettings } from '../../src/learn/model/models.ts';
import { preactResnet } from '../../src/learn/model/preact-resnet.ts';
import { resnet } from '../../src/learn/model/resnet.ts';
import { stream } from '../../src/learn/random/stream.ts';
import { float32 } from './calculate.ts';

type Models = Readonly<Record<string, Model>>;

/** A model of each family and layout, as narrow as the plain JavaScript of the reference engine needs it. */
export function families(settings: ModelSettings): Models {
  return { ...twiceDifferentiable(settings), ...onceDifferentiable(settings) };
}

/** Those through which TensorFlow.js has no second derivatives. */
export function onceDifferentiable(settings: ModelSettings): Models {
  return {
    'a MobileNetV2': mobilenetV2({
      name: 'mobilenet-v2 made narrow',
      ...settings,
      stem: 4,
      groups: [
        { expansion: 1, to: 4, blocks: 1, stride: 1 },
        { expansion: 3, to: 6, blocks: 2, stride: 1 },
        { expansion: 3, to: 8, blocks: 2, stride: 2 },
        { expansion: 3, to: 8, blocks: 1, stride: 2 },
        { expansion: 3, to: 12, blocks: 2, stride: 1 },
        { expansion: 3, to: 16, blocks: 1, stride: 2 },
        { expansion: 3, to: 20, blocks: 1, stride: 1 },
      ],
      head: 24,
    }),
    'a ResNet for ImageNet': resnet({
      name: 'resnet-18-imagenet made narrow',
      ...settings,
      widths: [4, 8, 16, 32],
      blocks: [1, 2, 1, 1],
      layout: 'imagenet',
    }),
    'a ResNet for ImageNet of bottlenecks': resnet({
      name: 'resnet-50-imagenet made narrow',
      ...settings,
      widths: [4, 4, 8, 8],
      blocks: [1, 2, 1, 1],
      block: 'bottleneck',
      layout: 'imagenet',
    }),
  };
}

export function twiceDifferentiable(settings: ModelSettings): Models {
  return {
    'a ResNet of three stages': createModel('resnet-8-w4', settings),
    'a ResNet in the layout of resnet-18': resnet({
      name: 'resnet-18 made narrow',
      ...settings,
      widths: [4, 8, 16, 32],
      blocks: [2, 2, 2, 2],
    }),
    'a ResNet of bottlenecks': resnet({
      name: 'resnet-50 made narrow',
      ...settings,
      widths: [4, 4, 8, 8],
      blocks: [1, 2, 1, 1],
      block: 'bottleneck',
    }),
    'a pre-activation ResNet': preactResnet({
      name: 'preact-resnet-18 made narrow',
      ...settings,
      widths: [4, 8, 16, 32],
      blocks: [2, 2, 2, 2],
    }),
    'a wide ResNet': createModel('wrn-16-1', settings),
  };
}

/** Weights and statistics as after some training: nothing is left at exactly 0 or 1. */
export function usedWeights(model: Model, seed = 1): Tensors {
  const fresh = initialise([...model.parameters, ...model.state], seed);
  return Object.fromEntries(
    Object.entries(fresh).map(([name, { shape, data }]) => {
      if (shape.length > 1) return [name, { shape, data }];
      const noise = stream(seed, `test/used/${name}`).uniform(data.length, -0.2, 0.2);
      return [
        name,
        float32(
          shape,
          data.map((value: number, index) => value + (noise[index] ?? 0)),
        ),
      ];
    }),
  );
}
