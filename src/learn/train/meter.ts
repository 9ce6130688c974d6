import type { Engine, Tensors } from '../../engine/engine.ts';
import { sameShape } from '../../engine/onnx/graph.ts';
import { watchGradients } from '../loss/gradients.ts';
import type { Model } from '../model/model.ts';

/** What a training has computed. It depends on the method, the net and the shapes alone: not on engine or machine. */
export interface Work {
  /** Of convolutions and matrix products: see `CompiledFunction.flops`. Those of attacks and of a teacher count. */
  readonly flops: number;
  /** How often a gradient was taken through the trained net, be it that of its weights or that of its images. */
  readonly gradientPasses: number;
}

export interface Metered {
  /** The engine, counting what the functions that it compiles compute. */
  readonly engine: Engine;
  /** The trained net, to be used where its gradient passes are to count. */
  readonly model: Model;
  /**
   * The work since it was last asked. Sums of a whole training would lose digits, and a resumed one others: they can
   * pass 2^53.
   */
  take(): Work;
}

const none: Work = { flops: 0, gradientPasses: 0 };

/** Counts the work of all that an engine runs, and which of it goes backwards through a model. */
export function metered(engine: Engine, model: Model): Metered {
  let work = none;
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
    const known: { readonly shapes: Shapes; readonly work: Work }[] = [];
    const workOf = async (inputs: Tensors): Promise<Work> => {
      const before = known.find(({ shapes }) => haveShapes(inputs, shapes));
      if (before) return before.work;
      // The first time that it sees these shapes, `flops` calls the function.
      const flops = await compiled.flops(inputs);
      const work = { flops, gradientPasses: taken };
      known.push({ shapes: new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape])), work });
      return work;
    };
    const run = async (inputs: Tensors): Promise<Tensors> => {
      const { flops, gradientPasses } = await workOf(inputs);
      work = { flops: work.flops + flops, gradientPasses: work.gradientPasses + gradientPasses };
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
