import * as tf from '@tensorflow/tfjs';
import { batchNormTraining } from '../../engine/ops/batch-norm.ts';
import { conv2dPad } from '../../engine/ops/conv2d-pad.ts';
import { depthwiseConv2dPad } from '../../engine/ops/depthwise-conv2d-pad.ts';
import { fanInUniform, ones, zeros } from './init.ts';
import type { Init, Mode, NamedTensors, TensorSpec } from './model.ts';
import { rank1, rank2, rank4 } from './rank.ts';

/** A forward pass of a model: the tensors that it reads, and the new running statistics that it collects. */
export interface Pass {
  readonly tensors: NamedTensors;
  readonly mode: Mode;
  readonly state: Record<string, tf.Tensor>;
}

/** A layer of a model. */
export interface Layer<T extends tf.Tensor = tf.Tensor4D> {
  readonly parameters: readonly TensorSpec[];
  readonly state: readonly TensorSpec[];
  apply(x: T, pass: Pass): T;
}

/** PyTorch's constants of batch normalisation. */
const epsilon = 1e-5;
const momentum = 0.1;

export interface ConvSettings {
  /** Name of the convolution: its filter is `<name>.weight`. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Height and width of the filter. */
  readonly kernel: number;
  readonly stride: 1 | 2;
  /** Whether each channel has its own filter; there are then as many output channels as input channels. */
  readonly depthwise?: boolean | undefined;
  /** Initialisation of the filter. Default: as in PyTorch. */
  readonly init?: Init | undefined;
}

/** A convolution without bias, padded by ⌊kernel / 2⌋ on each side as in PyTorch. */
export function conv({ name, from, to, kernel, stride, depthwise, init }: ConvSettings): Layer {
  const filterName = `${name}.weight`;
  const layout = depthwise
    ? { shape: [kernel, kernel, to, 1], pytorchAxes: [2, 3, 0, 1] }
    : { shape: [kernel, kernel, from, to] };
  const fanIn = kernel * kernel * (depthwise ? 1 : from);
  return {
    parameters: [{ name: filterName, ...layout, init: init ?? fanInUniform(fanIn) }],
    state: [],
    apply(x, { tensors }) {
      const filter = rank4(read(tensors, filterName));
      if (depthwise) return depthwiseConv2dPad(x, filter, stride);
      return conv2dPad(x, filter, stride, Math.floor(kernel / 2));
    },
  };
}

/** Batch normalisation. In `eval` mode: x · scale + shift. */
export function batchNorm(name: string, channels: number): Layer {
  const [gammaName, betaName] = [`${name}.weight`, `${name}.bias`];
  const [meanName, varianceName] = [`${name}.running_mean`, `${name}.running_var`];
  return {
    parameters: [
      { name: gammaName, shape: [channels], init: ones },
      { name: betaName, shape: [channels], init: zeros },
    ],
    state: [
      { name: meanName, shape: [channels], init: zeros },
      { name: varianceName, shape: [channels], init: ones },
    ],
    apply(x, { tensors, mode, state }) {
      if (mode === 'eval') {
        const { scale, shift } = evaluated(name, tensors);
        return tf.add(tf.mul(x, scale), shift);
      }
      const [gamma, beta] = [rank1(read(tensors, gammaName)), rank1(read(tensors, betaName))];
      const batch = batchNormTraining(x, gamma, beta, epsilon);
      const count = x.size / channels;
      // The batch is normalised with its biased variance; the running variance is unbiased, as in PyTorch.
      const unbiased = count > 1 ? count / (count - 1) : 1;
      state[meanName] = running(read(tensors, meanName), batch.mean, 1);
      state[varianceName] = running(read(tensors, varianceName), batch.variance, unbiased);
      return rank4(batch.y);
    },
  };
}

export interface ConvNormSettings extends Omit<ConvSettings, 'name'> {
  /** Name of the convolution. */
  readonly conv: string;
  /** Name of the batch normalisation. */
  readonly norm: string;
}

/**
 * A convolution followed by batch normalisation. In `eval` mode the normalisation is folded into the filter, which
 * saves two passes over the activations.
 */
export function convNorm({ norm, ...settings }: ConvNormSettings): Layer {
  const convolution = conv({ ...settings, name: settings.conv });
  const normalisation = batchNorm(norm, settings.to);
  const filterName = `${settings.conv}.weight`;
  return {
    parameters: [...convolution.parameters, ...normalisation.parameters],
    state: normalisation.state,
    apply(x, pass) {
      if (pass.mode === 'train') return normalisation.apply(convolution.apply(x, pass), pass);
      const { scale, shift } = evaluated(norm, pass.tensors);
      // Output channels are the last axis of a filter, but the second to last axis of a depthwise one.
      const factors = settings.depthwise ? tf.expandDims(scale, 1) : scale;
      const folded = tf.mul(read(pass.tensors, filterName), factors);
      return tf.add(
        convolution.apply(x, { ...pass, tensors: { ...pass.tensors, [filterName]: folded } }),
        shift,
      );
    },
  };
}

/**
 * A fully connected layer: x · weight + bias.
 * @param bias initialisation of the bias; default: as in PyTorch
 */
export function dense(
  name: string,
  from: number,
  to: number,
  bias: Init = fanInUniform(from),
): Layer<tf.Tensor2D> {
  const [weightName, biasName] = [`${name}.weight`, `${name}.bias`];
  return {
    parameters: [
      { name: weightName, shape: [from, to], init: fanInUniform(from) },
      { name: biasName, shape: [to], init: bias },
    ],
    state: [],
    apply: (x, { tensors }) =>
      tf.add(tf.matMul(x, rank2(read(tensors, weightName))), read(tensors, biasName)),
  };
}

/** Mean over height and width: from [batch, height, width, channels] to [batch, channels]. */
export function globalMean(x: tf.Tensor4D): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}

export function read(tensors: NamedTensors, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`The tensor '${name}' was not given`);
  return tensor;
}

/** Batch normalisation with the running statistics: x · scale + shift. */
function evaluated(name: string, tensors: NamedTensors): { scale: tf.Tensor; shift: tf.Tensor } {
  const scale = tf.mul(
    read(tensors, `${name}.weight`),
    tf.rsqrt(tf.add(read(tensors, `${name}.running_var`), epsilon)),
  );
  const shift = tf.sub(read(tensors, `${name}.bias`), tf.mul(read(tensors, `${name}.running_mean`), scale));
  return { scale, shift };
}

function running(old: tf.Tensor, batch: tf.Tensor, scale: number): tf.Tensor {
  return tf.add(tf.mul(old, 1 - momentum), tf.mul(batch, momentum * scale));
}
