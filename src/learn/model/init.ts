import type { HostTensor, Tensors } from '../../engine/engine.ts';
import { stream } from '../random/stream.ts';
import type { Init, TensorSpec } from './model.ts';

export const zeros: Init = { kind: 'constant', value: 0 };
export const ones: Init = { kind: 'constant', value: 1 };

/** PyTorch's default for convolutions and linear layers (kaiming_uniform with a = √5): U(±1/√fanIn). */
export function fanInUniform(fanIn: number): Init {
  return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
}

/**
 * He et al. 2015 with the number of outputs (kaiming_normal with fan_out): N(0, 2 / fanOut), used by wide residual
 * networks.
 */
export function fanOutNormal(fanOut: number): Init {
  return { kind: 'normal', deviation: Math.sqrt(2 / fanOut) };
}

/**
 * Initial values, each from a random stream of its own, so that adding or removing a layer does not change the
 * others.
 * @param scope prefix of the names of the streams; another scope gives other values for the same seed
 */
export function initialise(specs: readonly TensorSpec[], seed: number, scope = 'init'): Tensors {
  return Object.fromEntries(specs.map((spec) => [spec.name, initialTensor(spec, seed, scope)]));
}

function initialTensor({ name, shape, init }: TensorSpec, seed: number, scope: string): HostTensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (init.kind === 'constant') return { shape, data: new Float32Array(size).fill(init.value) };
  const random = stream(seed, `${scope}/${name}`);
  if (init.kind === 'uniform') return { shape, data: random.uniform(size, -init.bound, init.bound) };
  return { shape, data: random.normals(size).map((value) => value * init.deviation) };
}
