import * as tf from '@tensorflow/tfjs';
import type { TensorFunction, Tensors } from '../../engine/engine.ts';
import { withGradients } from '../loss/gradients.ts';
import type { NamedTensors } from '../model/model.ts';
import { rank2, rank4 } from '../model/rank.ts';
import { type SgdSettings, sgdStep } from '../optimise/sgd.ts';
import type { Method, PreparedBatch } from './method.ts';
import { group, withPrefix } from './names.ts';
import { weightShifts } from './weight-perturbation.ts';

/**
 * A training step as one tensor function: loss, gradient, update. Inputs and outputs are grouped: `model/…` and
 * `own/…` (parameters of model and method), `velocity/…` (of both), `state/…`, `carried/…`; only as inputs: `fixed/…`
 * and `extras/…` (of the batch). Other inputs: `images`, `labels`, `learningRate`. Other outputs: `loss`, `logits`.
 */
export function trainingStep(method: Method, optimiser: SgdSettings): TensorFunction {
  return (inputs) => {
    const { images, labels, learningRate } = inputs;
    if (!images || !labels || !learningRate) throw new Error('An input was not given');
    const [own, extras, carried] = [group('own', inputs), group('extras', inputs), group('carried', inputs)];
    const resting = method.ownRest?.(extras) ?? false;
    const model = withPrefix('model', group('model', inputs));
    const parameters = { ...model, ...(!resting && withPrefix('own', own)) };
    const lossAt = (parameters: NamedTensors) =>
      withGradients(
        () => {
          const { loss, logits, state } = method.loss({
            weights: { ...group('model', parameters), ...group('state', inputs) },
            own: resting ? own : group('own', parameters),
            fixed: group('fixed', inputs),
            images: rank4(images),
            labels: rank2(labels),
            extras,
            carried,
          });
          return { value: loss, results: { logits, ...withPrefix('state', state) } };
        },
        { ...parameters, ...withPrefix('carried', carried) },
      );
    const { weightPerturbation: gamma = 0 } = method;
    const shifts = gamma === 0 ? {} : weightShifts(model, lossAt(parameters).gradients, gamma);
    const places = { ...parameters, ...combined(tf.add, parameters, shifts) };
    const { value, results, gradients } = lossAt(places);
    const velocities = group('velocity', inputs);
    const moved = sgdStep(optimiser, { parameters: places, gradients, velocities, learningRate });
    const still = resting ? restingTensors(inputs) : {};
    return {
      ...still,
      ...moved.parameters,
      ...combined(tf.sub, moved.parameters, shifts),
      ...withPrefix('velocity', moved.velocities),
      ...withPrefix('carried', method.carried?.next(carried, group('carried', gradients)) ?? {}),
      ...results,
      loss: tf.reshape(value, []),
    };
  };
}

/** The method's own parameters and their velocities. */
function restingTensors(inputs: NamedTensors): NamedTensors {
  const names = Object.keys(inputs).filter((name) => /^(own|velocity\/own)\//.test(name));
  return Object.fromEntries(names.flatMap((name) => (inputs[name] ? [[name, inputs[name]] as const] : [])));
}

function combined(
  operation: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  tensors: NamedTensors,
  shifts: NamedTensors,
): NamedTensors {
  const pairs = Object.entries(shifts).map(([name, shift]) => {
    const tensor = tensors[name];
    if (!tensor) throw new Error(`'${name}' has a shift and no value`);
    return [name, operation(tensor, shift)] as const;
  });
  return Object.fromEntries(pairs);
}

/** Converts a prepared batch to inputs of a training step. */
export function batchInputs({ images, labels, extras = {} }: PreparedBatch): Tensors {
  return { images, labels, ...withPrefix('extras', extras) };
}
