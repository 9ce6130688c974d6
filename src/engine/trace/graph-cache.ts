import type { Tensors } from '../engine.ts';
import type { InputTypes } from './trace.ts';

/** A graph that is ready to run. */
export interface RunnableGraph {
  run(inputs: Tensors): Promise<Tensors>;
  release(): Promise<void>;
}

export interface Made<G extends RunnableGraph> {
  readonly graph: G;
  readonly flops: number;
}

/** The graphs of one function: one for each set of input types. */
export class GraphCache<G extends RunnableGraph> {
  readonly #make: (types: InputTypes) => Promise<Made<G>>;
  readonly #graphs = new Map<string, Promise<Made<G>>>();

  constructor(make: (types: InputTypes) => Promise<Made<G>>) {
    this.#make = make;
  }

  /** @param types in the order of their names */
  get(types: InputTypes): Promise<Made<G>> {
    const signature = JSON.stringify(types);
    const known = this.#graphs.get(signature);
    if (known !== undefined) return known;
    const made = this.#make(types);
    this.#graphs.set(signature, made);
    // A graph that failed is not kept: there is nothing to dispose of.
    made.catch(() => this.#graphs.delete(signature));
    return made;
  }

  async dispose(): Promise<void> {
    const all = [...this.#graphs.values()];
    this.#graphs.clear();
    for (const made of all) await (await made).graph.release();
  }
}
