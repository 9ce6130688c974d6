import type { CompiledFunction, Engine, TensorFunction, Tensors } from '../../engine/engine.ts';
import { sameShape } from '../../engine/host.ts';
import { isFailure } from '../../failure.ts';
import { watchGradients } from '../loss/gradients.ts';
import type { Model } from '../model/model.ts';

/** The work of a training. It depends only on the method, the network and the shapes, not on engine or machine. */
export interface Work {
  /**
   * FLOPs of convolutions and matrix products (see `CompiledFunction.flops`), including those of attacks and of a
   * teacher.
   */
  readonly flops: number;
  /**
   * Number of gradient computations through the trained network, with respect to weights or images. TRADES, MART and
   * RSLAD compute the gradient for clean and attacked images in one pass; the FLOPs count both.
   */
  readonly gradientPasses: number;
}

export interface Metered {
  /** The engine, which now counts the work of the functions that it compiles. */
  readonly engine: Engine;
  /** The trained network, to be used where its gradient passes must be counted. */
  readonly model: Model;
  /**
   * The work since the last call. A sum over the whole training could exceed 2^53 and lose digits. Undefined if a
   * function has an op that cannot be counted; see `CompiledFunction.flops`.
   */
  take(): Work | undefined;
}

export const noWork: Work = { flops: 0, gradientPasses: 0 };

/** Counts the work of everything that an engine runs, and the gradient passes through a model. */
export function metered(engine: Engine, model: Model): Metered {
  let work: Work | undefined = noWork;
  // Both grow while a function is traced or runs op by op; only the increase matters.
  let [forwards, gradients] = [0, 0];
  const watch = <T>(fn: () => T): T => {
    const before = forwards;
    const result = fn();
    if (forwards > before) gradients += 1;
    return result;
  };
  /** Counts the work of a function that is compiled by `compile`. */
  const counted = <T extends CompiledFunction>(fn: TensorFunction, compile: (fn: TensorFunction) => T): T => {
    let taken = 0;
    const compiled = compile((inputs) => {
      const before = gradients;
      const outputs = watchGradients(watch, () => fn(inputs));
      taken = gradients - before;
      return outputs;
    });
    const known: { readonly shapes: Shapes; readonly work: Work | undefined }[] = [];
    const workOf = async (inputs: Tensors): Promise<Work | undefined> => {
      const before = known.find(({ shapes }) => haveShapes(inputs, shapes));
      if (before) return before.work;
      // For new shapes, `flops` calls the function.
      const flops = await countable(compiled.flops(inputs));
      const work = flops === undefined ? undefined : { flops, gradientPasses: taken };
      known.push({ shapes: new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape])), work });
      return work;
    };
    const run = async (inputs: Tensors): Promise<Tensors> => {
      const more = await workOf(inputs);
      work = sum(work, more);
      return compiled.run(inputs);
    };
    return { ...compiled, run };
  };
  return {
    engine: {
      ...engine,
      compile: (name, fn, options) => counted(fn, (fn) => engine.compile(name, fn, options)),
      compileStep: (name, fn, options) => counted(fn, (fn) => engine.compileStep(name, fn, options)),
    },
    model: {
      ...model,
      forward: (...given) => {
        forwards += 1;
        return model.forward(...given);
      },
    },
    take: () => {
      const taken = work;
      work = noWork;
      return taken;
    },
  };
}

/** Undefined if one of them is. */
export function sum(a: Work | undefined, b: Work | undefined): Work | undefined {
  return a && b && { flops: a.flops + b.flops, gradientPasses: a.gradientPasses + b.gradientPasses };
}

/** Engines that run op by op have ops that cannot be counted. On other engines, running such an op fails too. */
async function countable(flops: Promise<number>): Promise<number | undefined> {
  try {
    return await flops;
  } catch (error) {
    if (isFailure(error) && error.reason === 'unsupported-op') return undefined;
    throw error;
  }
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Called at every step: converting the shapes of a hundred tensors to text would take tenths of a millisecond. */
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
