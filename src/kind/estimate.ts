import type { Json } from '../json.ts';
import type { CellContext, Kind, NeededCell, Places } from './kind.ts';
import type { ParametersOf } from './variants.ts';

/**
 * What a cell costs, from a few of its steps. `seconds` and `spent` are about the steps alone: what else the measuring
 * process takes (its start, loading code, compiling) is measured from outside, and the cell takes it too. They are seconds
 * that processors work, in all threads, because these depend less on what else the machine does.
 */
export interface CellCost {
  /** Processor seconds of all steps of the cell. */
  readonly seconds: number;
  /** Processor seconds that steps took in the measuring process, so that the rest is its start. */
  readonly spent: number;
  /** Floating point operations of the cell; undefined if they cannot be counted. */
  readonly flops?: number | undefined;
  /** Bytes of memory that the cell needs in addition to those of the measuring process. Default 0. */
  readonly memory?: number | undefined;
  /** Bytes of its artifact; undefined if unknown. */
  readonly disk?: number | undefined;
}

/** What is not known before a cell has run, and assumed. Shares in [0, 1]. */
export interface Assumed {
  /** Share of the images that a model classifies correctly without an attack: the others are not attacked. */
  readonly classified: number;
  /** Share of those that withstand an attack. */
  readonly withstand: number;
}

/** The parameters of the cells of a kind. */
export type KindParameters<K> = K extends Kind<infer P, infer V> ? ParametersOf<P, V> : never;

/** The cell whose cost is asked for. */
export interface Asked<P = Readonly<Record<string, unknown>>> {
  readonly parameters: P;
  /** The cells that it needs, by need. They may not have run yet. */
  readonly needs: Readonly<Record<string, NeededCell>>;
  readonly assumed: Assumed;
}

/**
 * How the cost of cells of a kind is measured before they run. The file `estimates/NAME.ts` has one as its default
 * export, for the kind in `stages/NAME.ts`. It is a file of its own so that no fingerprint depends on it.
 */
export interface Estimate<P> {
  /** True if it measures with the engine. */
  readonly usesEngine?: boolean;
  /**
   * What the cost depends on. Cells for which this is equal are measured once.
   * @throws Failure if the cost cannot be known before the cell has run
   */
  like(asked: Asked<P>, places: Places): Json;
  /** Measures a few steps, in a process of its own with the threads of the cell. */
  measure(
    asked: Asked<P>,
    context: Pick<CellContext<unknown>, 'engine' | 'scratch' | 'trajectory' | 'places'>,
  ): Promise<CellCost>;
}

/** The names in `CellCost`, as the measuring process reports them. */
export const costMeasures = ['seconds', 'spent', 'flops', 'memory', 'disk'];

/** An estimate as the default export of its file: in the form of a kind, so that it runs in the process of a cell. */
export interface RunnableEstimate extends Omit<Estimate<never>, 'measure'> {
  readonly measures: readonly string[];
  run(context: CellContext<Asked<never>>): Promise<void>;
}

/** Gives an estimate its types, and lets it run as a kind does. */
export function defineEstimate<P>(estimate: Estimate<P>): Estimate<P> & {
  readonly measures: readonly string[];
  run(context: CellContext<Asked<P>>): Promise<void>;
} {
  return {
    ...estimate,
    measures: costMeasures,
    async run(context) {
      const cost = await estimate.measure(context.parameters, context);
      const known = Object.entries(cost).filter(([, value]) => value !== undefined);
      context.measure(Object.fromEntries(known));
    },
  };
}
