import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../model/model.ts';

export interface SgdSettings {
  readonly momentum: number;
  readonly weightDecay: number;
  /**
   * `all`: including biases and batch norm, as in PyTorch. `kernels`: only filters and dense weights, as in Madry's
   * code.
   */
  readonly decay: 'all' | 'kernels';
  readonly nesterov: boolean;
}

export const defaultSgd: SgdSettings = { momentum: 0.9, weightDecay: 5e-4, decay: 'all', nesterov: false };

/**
 * A step of stochastic gradient descent with momentum and weight decay, as in PyTorch's `SGD`: g ← g + decay · w; v ←
 * momentum · v + g; w ← w - rate · v (Nesterov: rate · (g + momentum · v)).
 * @param velocities same names and shapes as the parameters, initially zero
 * @param learningRate a scalar
 */
export function sgdStep(
  settings: SgdSettings,
  { parameters, gradients, velocities, learningRate }: SgdInputs,
): { parameters: Record<string, tf.Tensor>; velocities: Record<string, tf.Tensor> } {
  const result = { parameters: {} as Record<string, tf.Tensor>, velocities: {} as Record<string, tf.Tensor> };
  for (const [name, parameter] of Object.entries(parameters)) {
    const [given, velocity] = [gradients[name], velocities[name]];
    if (!given || !velocity) throw new Error(`No gradient or velocity was given for '${name}'`);
    const decays = settings.weightDecay !== 0 && (settings.decay === 'all' || parameter.rank > 1);
    const gradient = decays ? tf.add(given, tf.mul(parameter, settings.weightDecay)) : given;
    const moved = tf.add(tf.mul(velocity, settings.momentum), gradient);
    const direction = settings.nesterov ? tf.add(gradient, tf.mul(moved, settings.momentum)) : moved;
    result.velocities[name] = moved;
    result.parameters[name] = tf.sub(parameter, tf.mul(direction, learningRate));
  }
  return result;
}

interface SgdInputs {
  readonly parameters: NamedTensors;
  readonly gradients: NamedTensors;
  readonly velocities: NamedTensors;
  readonly learningRate: tf.Tensor;
}
