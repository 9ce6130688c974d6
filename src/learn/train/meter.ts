import type { Engine, Tensors } from '../../engine/engine.ts';
import { sameShape } from '../../engine/host.ts';
import { isFailure } from '../../failure.ts';
import { watchGradients } from '../loss/gradients.ts';
import type { Model } from '../model/model.ts';

/** What a training has computed. It depends on the method, the net and the shapes alone: not on engine or machine. */
export interface Work {
  /** Of convolutions and matrix products: see `CompiledFunction.flops`. Those of attacks and of a teacher count. */
  readonly flops: number;
  /**
   * How often a gradient was taken through the trained net, be it that of its weights or that of its images. One taking is
   * one pass: TRADES, MART and RSLAD go back through clean and attacked images in one, which the FLOPs show.
   */
  readonly gradientPasses: number;
}

export interface Metered {
  /** The engine, counting what the functions that it compiles compute. */
  readonly engine: Engine;
  /** The trained net, to be used where its gradient passes are to count. */
  readonly model: Model;
  /**
   * The work since it was last asked. Sums of a whole training would lose digits, and a resumed one others: they can
   * pass 2^53. Undefined where a function has an op that cannot be counted: see `CompiledFunction.flops`.
   */
  take(): Work | undefined;
}

const none: Work = { flops: 0, gradientPasses: 0 };

/** Counts the work of all that an engine runs, and which of it goes backwards through a model. */
export function metered(engine: Engine, model: Model): Metered {
  let work: Work | undefined = none;
  // Both grow while a function is traced, or run op by op: what counts is by how much.
  let [forwards, gradients] = [0, 0];
  const watch = <T>(fn: () => T): T => {
    const before = forwards;
    const result = fn();
    if (forwards > before) gradients += 1;
    return result;
  };
  const compile: Engine['compile'] = (name, fn, options) => {
    let taken = 0;
    const compiled = engine.compile(
      name,
      (inputs) => {
        const before = gradients;
        const outputs = watchGradients(watch, () => fn(inputs));
        taken = gradients - before;
        return outputs;
      },
      options,
    );
    const known: { readonly shapes: Shapes; readonly work: Work | undefined }[] = [];
    const workOf = async (inputs: Tensors): Promise<Work | undefined> => {
      const before = known.find(({ shapes }) => haveShapes(inputs, shapes));
      if (before) return before.work;
      // The first time that it sees these shapes, `flops` calls the function.
      const flops = await countable(compiled.flops(inputs));
      const work = flops === undefined ? undefined : { flops, gradientPasses: taken };
      known.push({ shapes: new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape])), work });
      return work;
    };
    const run = async (inputs: Tensors): Promise<Tensors> => {
      const more = await workOf(inputs);
      work = work && more && sum(work, more);
      return compiled.run(inputs);
    };
    return { ...compiled, run };
  };
  return {
    engine: { ...engine, compile },
    model: {
      ...model,
      forward: (...given) => {
        forwards += 1;
        return model.forward(...given);
      },
    },
    take: () => {
      const taken = work;
      work = none;
      return taken;
    },
  };
}

function sum(a: Work, b: Work): Work {
  return { flops: a.flops + b.flops, gradientPasses: a.gradientPasses + b.gradientPasses };
}

/** Engines that run op by op have ops that counting does not know; on others, running fails as counting does. */
async function countable(flops: Promise<number>): Promise<number | undefined> {
  try {
    return await flops;
  } catch (error) {
    if (isFailure(error) && error.reason === 'unsupported-op') return undefined;
    throw error;
  }
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Asked at every step: to make a text of the shapes of a hundred tensors would take tenths of a millisecond. */
function haveShapes(tensors: Tensors, shapes: Shapes): boolean {
  const entries = Object.entries(tensors);
  return (
    entries.length === shapes.size &&
    entries.every(([name, { shape }]) => {
      const other = shapes.get(name);
      return other !== undefined && sameShape(shape, other);
    })
  );
}
