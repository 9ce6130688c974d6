import { describe, expect, it } from 'vitest';
import { greatestDifference } from '../calculate.ts';
import { families } from '../families.ts';
import { dataOf, forward, wave, waves } from '../waves.ts';

const models = families({ inputShape: [16, 12, 3], classes: 3 });
const images = wave([4, 16, 12, 3], 5, 0.5, 0.5);

interface Oracle {
  /** Logits of the four images. */
  readonly eval: readonly number[];
  readonly train: readonly number[];
  /** The first four values of running variances, of the first, a middle and the last batch norm, after a step. */
  readonly variances: Readonly<Record<string, readonly number[]>>;
}

// Made with PyTorch 1.13 in double precision: nets of the usual repositories' architecture, as narrow as `families` has
// them, with the weights of `waves` by their names. Where float32 differs most from that, it does by 2.4e-5.
const oracles: Readonly<Record<string, Oracle>> = {
  'a ResNet in the layout of resnet-18': {
    eval: [
      [4.411297, 3.206202, -0.188666, 4.017358, 3.137855, -0.31398],
      [3.887228, 2.663411, -0.203819, 4.085007, 2.819695, -0.193566],
    ].flat(),
    train: [
      [0.331922, -0.324999, 0.538774, 1.1194, 0.126437, -1.691055],
      [1.430256, -0.032251, 0.834017, 0.222686, -0.57184, 0.102656],
    ].flat(),
    variances: {
      bn1: [0.755981, 0.777445, 0.827181, 0.932121],
      'layer3.0.bn1': [1.0223, 0.969255, 0.981275, 1.131275],
      'layer4.1.bn2': [0.816652, 0.85928, 0.923145, 1.015325],
    },
  },
  'a ResNet of bottlenecks': {
    eval: [
      [33.018365, 41.659123, -11.531689, 36.941165, 45.620663, -11.462667],
      [38.335426, 47.879003, -10.711431, 40.230846, 47.813952, -8.730954],
    ].flat(),
    train: [
      [0.967795, 0.034953, -0.213316, 0.348111, -0.696901, 0.212329],
      [0.55018, -1.373433, 0.261183, 1.015106, 0.616374, 0.229809],
    ].flat(),
    variances: {
      bn1: [0.755981, 0.777445, 0.827181, 0.932121],
      'layer2.1.bn2': [0.831249, 0.868432, 1.03367, 1.054967],
      'layer4.0.shortcut.1': [0.943127, 0.990025, 1.060136, 1.064024],
    },
  },
  'a ResNet for ImageNet': {
    eval: [
      [0.302256, 0.042999, 0.127999, 0.181474, 0.112204, 0.15385],
      [0.381917, 0.062814, 0.352508, 0.324562, 0.142919, 0.317107],
    ].flat(),
    train: [
      [2.324515, 0.073158, 1.296224, -1.457437, 1.214054, -2.788072],
      [-0.276021, -0.817492, 1.540245, 0.902852, -0.112945, 0.688197],
    ].flat(),
    variances: {
      bn1: [0.758155, 0.779109, 0.840294, 0.930785],
      'layer2.1.bn2': [0.810246, 0.867729, 0.906301, 1.002424],
      'layer4.0.downsample.1': [0.887844, 0.906359, 0.97325, 1.108742],
    },
  },
  'a ResNet for ImageNet of bottlenecks': {
    eval: [
      [3.986172, 0.318998, -0.358582, 4.332868, 0.686034, -0.415717],
      [10.546157, 2.889879, -2.813888, 6.78096, 1.84311, -1.806981],
    ].flat(),
    train: [
      [-0.157512, -0.345606, 0.717986, 1.56605, -0.316887, 0.122423],
      [-0.705918, 0.604152, 1.939476, -0.418985, 0.687492, -1.734213],
    ].flat(),
    variances: {
      bn1: [0.758155, 0.779109, 0.840294, 0.930785],
      'layer2.1.bn2': [0.826495, 0.834773, 1.035352, 1.035798],
      'layer4.0.downsample.1': [1.155084, 0.950149, 1.067595, 1.138712],
    },
  },
  'a pre-activation ResNet': {
    eval: [
      [3.352853, 2.262165, 0.407615, 3.46511, 2.200768, 0.441359],
      [3.361599, 2.138826, 0.337554, 3.483718, 1.793935, 0.482841],
    ].flat(),
    train: [
      [0.489236, -0.305325, 0.203099, -0.020248, -0.319141, -0.367413],
      [0.255838, -0.277533, 0.794362, 0.333311, -0.421555, 0.310992],
    ].flat(),
    variances: {
      'layer1.0.bn1': [0.819351, 0.840815, 0.890551, 0.995491],
      'layer3.0.bn1': [0.878819, 0.967525, 1.023672, 1.079688],
      bn: [0.766885, 0.890505, 1.128725, 1.035095],
    },
  },
  'a MobileNetV2': {
    eval: [
      [2.284598, 26.786892, 6.06352, -6.408765, 17.44978, 4.027548],
      [0.758861, 22.666151, 0.297563, 0.457186, 28.827163, 4.071536],
    ].flat(),
    train: [
      [0.104637, 0.615306, -0.427137, -0.969626, 0.472493, -0.501702],
      [-0.257325, -0.05075, -0.629685, -0.197244, 0.053562, -0.530912],
    ].flat(),
    variances: {
      bn1: [0.755981, 0.777445, 0.827181, 0.932121],
      'layers.5.bn1': [1.029877, 0.987673, 1.208337, 1.1263],
      bn2: [1.063017, 1.434514, 1.522957, 1.499485],
    },
  },
};

describe.each(Object.entries(oracles))('%s', (name, oracle) => {
  const model = models[name];
  if (!model) throw new Error(`There is no ${name}`);

  it('computes what PyTorch computes, in both modes', async () => {
    const weights = waves(model, withinFanIn);
    const evaluated = await forward(model, 'eval', weights, images);
    expect(greatestDifference(dataOf(evaluated, 'logits'), oracle.eval)).toBeLessThan(1e-4);
    const trained = await forward(model, 'train', weights, images);
    expect(greatestDifference(dataOf(trained, 'logits'), oracle.train)).toBeLessThan(1e-4);
    for (const [norm, expected] of Object.entries(oracle.variances)) {
      const found = dataOf(trained, `${norm}.running_var`).slice(0, 4);
      expect(greatestDifference(found, expected), norm).toBeLessThan(1e-5);
    }
  });
});

/** Uniform values within this have variance 2 / fan-in: activations neither grow nor fade from layer to layer. */
function withinFanIn(shape: readonly number[]): number {
  const inputs = shape.at(-1) === 1 ? shape.slice(0, 2) : shape.slice(0, -1); // depthwise: of one channel each
  return Math.sqrt(6 / inputs.reduce((product, extent) => product * extent, 1));
}
