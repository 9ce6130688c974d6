import type { HostTensor, Tensors } from '../../engine/engine.ts';
import { pick } from '../model/fit.ts';
import { initialise } from '../model/init.ts';
import type { Model } from '../model/model.ts';
import type { Method } from './method.ts';
import { group, withPrefix } from './names.ts';
import type { EpochSoFar, TrainingSnapshot } from './snapshot.ts';

/** The changing state of a training. */
export interface Current {
  /** Groups `model/…`, `own/…`, `state/…`, `velocity/…`, `carried/…`: inputs and outputs of the training step. */
  readonly tensors: Tensors;
  readonly history: TrainingSnapshot['history'];
  readonly best: TrainingSnapshot['best'];
  /** Model and state of the best epoch; empty while there is none. */
  readonly bestWeights: Tensors;
  /** The steps of the epoch that has begun; undefined between epochs. */
  readonly within?: EpochSoFar | undefined;
}

/**
 * The initial state: given weights, or random ones from the seed; velocities are zero.
 * @param batchSize images in each batch
 * @throws Failure `shape-mismatch`
 */
export function start(
  model: Model,
  method: Method,
  initial: Tensors | undefined,
  seed: number,
  batchSize: number,
): Current {
  const { initScope: scope } = method;
  const given = (specs: Model['parameters']) =>
    initial ? pick(initial, specs) : initialise(specs, seed, scope);
  const trained = {
    ...withPrefix('model', given(model.parameters)),
    ...withPrefix('own', initialise(method.parameters ?? [], seed, scope)),
  };
  const still = Object.entries(trained).map(([name, tensor]) => [name, zerosLike(tensor)]);
  return {
    tensors: {
      ...trained,
      ...withPrefix('state', given(model.state)),
      ...withPrefix('carried', initialise(method.carried?.specs(batchSize) ?? [], seed, scope)),
      ...withPrefix('velocity', Object.fromEntries(still)),
    },
    history: [],
    best: undefined,
    bestWeights: {},
  };
}

export function toSnapshot({ tensors, history, best, bestWeights, within }: Current): TrainingSnapshot {
  return {
    epoch: history.length,
    history,
    best,
    ...(within && { within }),
    tensors: { ...tensors, ...withPrefix('best', bestWeights) },
  };
}

export function fromSnapshot({ tensors, history, best, within }: TrainingSnapshot): Current {
  const others = Object.entries(tensors).filter(([name]) => !name.startsWith('best/'));
  return { tensors: Object.fromEntries(others), history, best, bestWeights: group('best', tensors), within };
}

/** Whether a tensor of this name is one of `weightsOf`. */
export function isWeight(name: string): boolean {
  return /^(model|state)\//.test(name);
}

/** The model's parameters and state, by their own names. */
export function weightsOf(tensors: Tensors): Tensors {
  return { ...group('model', tensors), ...group('state', tensors) };
}

function zerosLike({ shape, data }: HostTensor): HostTensor {
  return { shape, data: new Float32Array(data.length) };
}
