import type { Tensors } from '../../../src/engine/engine.ts';
import { initialise } from '../../../src/learn/model/init.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { stream } from '../../../src/learn/random/stream.ts';

/**
 * Weights that differ from channel to channel, as those of a trained net do. At the start all elements of a batch norm
 * are the same, and fixed as they are here more of it would fall away than ever does in use.
 */
export function weightsOfUse(model: Model, seed = 0): Tensors {
  const first = initialise([...model.parameters, ...model.state], seed);
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, data }]) => {
      const vector = { shape, data: stream(seed, `bench/${name}`).uniform(data.length, 0.5, 1.5) };
      return [name, shape.length === 1 ? vector : { shape, data }];
    }),
  );
}
