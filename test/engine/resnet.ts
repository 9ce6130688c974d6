import * as tf from '@tensorflow/tfjs';
import type { HostTensor, TensorFunction, Tensors } from '../../src/engine/engine.ts';
import { batchNormTraining } from '../../src/engine/ops/batch-norm.ts';
import { conv2dPad } from '../../src/engine/ops/conv2d-pad.ts';
import { softmaxCrossEntropy } from '../../src/engine/ops/softmax.ts';
import { real } from './tensors.ts';

// A residual network of three stages with one block each, written without the rest of retable.

type Named = Readonly<Record<string, tf.Tensor>>;

export interface Net {
  readonly width: number;
  readonly classes: number;
  /** A smooth net has no kinks, so that finite differences are right everywhere. */
  readonly activation: 'relu' | 'tanh';
}

/** Parameters and running statistics, by names such as `s1.conv1` and `s1.bn1.gamma`. */
export function initialise({ width, classes }: Net, seed = 1): { params: Tensors; state: Tensors } {
  const params: Record<string, HostTensor> = {};
  const state: Record<string, HostTensor> = {};
  let next = seed;
  const conv = (name: string, size: number, from: number, to: number) => {
    const bound = Math.sqrt(6 / (size * size * from));
    params[name] = real([size, size, from, to], next++, -bound, bound);
  };
  const norm = (name: string, channels: number) => {
    params[`${name}.gamma`] = real([channels], next++, 0.8, 1.2);
    params[`${name}.beta`] = real([channels], next++, -0.2, 0.2);
    state[`${name}.mean`] = real([channels], next++, -0.1, 0.1);
    state[`${name}.variance`] = real([channels], next++, 0.8, 1.2);
  };
  conv('stem', 3, 3, width);
  norm('stem.bn', width);
  for (const [name, from, to, stride] of stages(width)) {
    conv(`${name}.conv1`, 3, from, to);
    norm(`${name}.bn1`, to);
    conv(`${name}.conv2`, 3, to, to);
    norm(`${name}.bn2`, to);
    if (stride === 2) {
      conv(`${name}.short`, 1, from, to);
      norm(`${name}.bn3`, to);
    }
  }
  params.dense = real([4 * width, classes], next++, -0.2, 0.2);
  params.bias = real([classes], next++, -0.1, 0.1);
  return { params, state };
}

function stages(width: number): [name: string, from: number, to: number, stride: 1 | 2][] {
  return [
    ['s1', width, width, 1],
    ['s2', width, 2 * width, 2],
    ['s3', 2 * width, 4 * width, 2],
  ];
}

/** Logits of images [N, H, W, 3], and in training the statistics of each batch normalisation. */
export function forward(
  net: Net,
  weights: Named,
  x: tf.Tensor,
  training: boolean,
): { logits: tf.Tensor2D; statistics: Named } {
  const statistics: Record<string, tf.Tensor> = {};
  const get = (name: string) => {
    const tensor = weights[name];
    if (!tensor) throw new Error(`no ${name}`);
    return tensor;
  };
  const act = (x: tf.Tensor) => (net.activation === 'relu' ? tf.relu(x) : tf.tanh(x));
  const conv = (x: tf.Tensor, name: string, stride: 1 | 2, pad: number) =>
    conv2dPad(x as tf.Tensor4D, get(name) as tf.Tensor4D, stride, pad);
  const norm = (x: tf.Tensor, name: string) => {
    const [gamma, beta] = [get(`${name}.gamma`) as tf.Tensor1D, get(`${name}.beta`) as tf.Tensor1D];
    if (!training) {
      const [mean, variance] = [get(`${name}.mean`) as tf.Tensor1D, get(`${name}.variance`) as tf.Tensor1D];
      return tf.batchNorm(x, mean, variance, beta, gamma, 1e-5);
    }
    const { y, mean, variance } = batchNormTraining(x, gamma, beta, 1e-5);
    statistics[`${name}.mean`] = mean;
    statistics[`${name}.variance`] = variance;
    return y;
  };
  let h = act(norm(conv(x, 'stem', 1, 1), 'stem.bn'));
  for (const [name, , , stride] of stages(net.width)) {
    const inner = act(norm(conv(h, `${name}.conv1`, stride, 1), `${name}.bn1`));
    const outer = norm(conv(inner, `${name}.conv2`, 1, 1), `${name}.bn2`);
    const short = stride === 2 ? norm(conv(h, `${name}.short`, 2, 0), `${name}.bn3`) : h;
    h = act(outer.add(short));
  }
  const logits = tf.matMul(tf.mean(h, [1, 2]) as tf.Tensor2D, get('dense') as tf.Tensor2D).add(get('bias'));
  return { logits: logits as tf.Tensor2D, statistics };
}

/** One step of SGD with momentum 0.9, weight decay 5e-4 and batch normalisation in training mode. */
export function trainStep(net: Net, names: readonly string[], rate: number): TensorFunction {
  return (inputs) => {
    const list = names.map((name) => inputs[name] as tf.Tensor);
    let statistics: Named = {};
    const loss = (...tensors: tf.Tensor[]) => {
      const weights = Object.fromEntries(names.map((name, index) => [name, tensors[index] as tf.Tensor]));
      const result = forward(net, weights, inputs.x as tf.Tensor, true);
      // They outlive the function that is differentiated, until the end of the step.
      statistics = result.statistics;
      for (const tensor of Object.values(statistics)) tf.keep(tensor);
      return softmaxCrossEntropy(result.logits, inputs.labels as tf.Tensor2D).mean() as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(loss)(list);
    const outputs: Record<string, tf.Tensor> = { loss: value };
    names.forEach((name, index) => {
      const gradient = (grads[index] as tf.Tensor).add((list[index] as tf.Tensor).mul(5e-4));
      const velocity = (inputs[`m.${name}`] as tf.Tensor).mul(0.9).add(gradient);
      outputs[`m.${name}`] = velocity;
      outputs[name] = (list[index] as tf.Tensor).sub(velocity.mul(rate));
    });
    for (const [name, value] of Object.entries(statistics)) {
      outputs[name] = (inputs[name] as tf.Tensor).mul(0.9).add(value.mul(0.1));
      value.dispose();
    }
    return outputs;
  };
}

/** One step of projected gradient ascent on the cross entropy, in evaluation mode; `x0` is the clean image. */
export function attackStep(net: Net, epsilon = 8 / 255, step = 2 / 255): TensorFunction {
  return ({ x, x0, labels, ...weights }) => {
    const [image, clean] = [x as tf.Tensor, x0 as tf.Tensor];
    const loss = (x: tf.Tensor) =>
      softmaxCrossEntropy(forward(net, weights, x, false).logits, labels as tf.Tensor2D).sum();
    const moved = image.add(tf.grad(loss)(image).sign().mul(step));
    const near = tf.minimum(tf.maximum(moved, clean.sub(epsilon)), clean.add(epsilon));
    return { x: near.clipByValue(0, 1) };
  };
}

/** One-hot labels, class i mod classes for image i. */
export function labelsOf(count: number, classes: number): HostTensor {
  const data = new Float32Array(count * classes);
  for (let row = 0; row < count; row++) data[row * classes + (row % classes)] = 1;
  return { shape: [count, classes], data };
}
