import { Failure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Cell, CellId, Pipeline, Sweep } from '../pipeline/pipeline.ts';
import { type Choice, choose, type Decision, decide, type Score } from '../sweep/search.ts';

/** How a cell ended, as far as searches need to know. Failed cells have not ended: they can run again. */
export type End =
  | { readonly state: 'done'; readonly values: Readonly<Record<string, number>> }
  | { readonly state: 'diverged' | 'left-out' }
  /** In a plan: it is not known yet whether it runs. */
  | { readonly state: 'may-run' };

/** What the searches of a pipeline say about a cell. */
export type Settled =
  /** It can be planned; the cell has the parameters that were chosen. */
  | { readonly state: 'ready'; readonly cell: Cell }
  /** It does not run. `end`: what that means for the cells after it. */
  | { readonly state: 'left-out'; readonly end: 'diverged' | 'left-out'; readonly message: string }
  /** It is not known yet whether it runs, or with which parameters. */
  | { readonly state: 'open'; readonly what: 'trial' | 'parameters'; readonly message: string };

/**
 * Decides which trials of sweeps run, and fills in what they choose. All of it follows from how the cells ended, in
 * whichever order. So nothing of a search is stored but the results of its cells.
 */
export class Searches {
  readonly #sweeps: ReadonlyMap<string, Sweep>;
  /** The sweeps whose decisions depend on a cell. */
  readonly #scoring = new Map<CellId, string>();
  readonly #choices: ReadonlySet<CellId>;
  readonly #ends = new Map<CellId, End>();
  readonly #decisions = new Map<string, Decision[][]>();

  constructor({ sweeps }: Pipeline) {
    this.#sweeps = new Map(sweeps.map((sweep) => [sweep.name, sweep]));
    this.#choices = new Set(sweeps.map(({ choice }) => choice));
    for (const { name, scored } of sweeps) for (const id of scored.flat(2)) this.#scoring.set(id, name);
  }

  /** Whether a search looks at the values of a cell. */
  readsValuesOf(id: CellId): boolean {
    return this.#scoring.has(id) || this.#choices.has(id);
  }

  /** Call this when a cell has ended. */
  ended(id: CellId, end: End): void {
    if (this.#sweeps.size === 0) return;
    this.#ends.set(id, end);
    const sweep = this.#scoring.get(id);
    // A cell that may run has no score yet.
    if (sweep !== undefined && end.state !== 'may-run') this.#decisions.delete(sweep);
  }

  /** @throws Failure `unknown-value`, `no-choice` */
  settle(cell: Cell): Settled {
    if (this.#sweeps.size === 0) return { state: 'ready', cell };
    const chosen = this.#withChoice(cell);
    if (chosen === undefined)
      return {
        state: 'open',
        what: 'parameters',
        message: `the sweep ${cell.chosen?.sweep} has not chosen yet`,
      };
    return (
      this.#withoutNeeds(chosen) ?? this.#settleTrial(chosen) ?? this.#settleChoice(chosen) ?? ready(chosen)
    );
  }

  /** That a cell cannot run, because one that it needs does not run, or may not. */
  #withoutNeeds({ needs }: Cell): Settled | undefined {
    for (const id of Object.values(needs)) {
      const end = this.#ends.get(id);
      if (end?.state === 'may-run')
        return { state: 'open', what: 'trial', message: `it needs ${id}, which may run` };
      if (end !== undefined && end.state !== 'done')
        return { state: 'left-out', end: end.state, message: `it needs ${id}, which does not run` };
    }
    return undefined;
  }

  /** What is known of a sweep: the score of each trial at each rung, and whether it runs there. */
  progress(sweep: Sweep): { readonly scores: Score[][]; readonly decisions: Decision[][] } {
    const scoreOf = this.#scoreOf(sweep);
    const decisions = this.#decided(sweep);
    const scores = decisions.map((row, rung) => row.map((_, trial) => scoreOf(rung, trial)));
    return { scores, decisions };
  }

  #settleTrial({ trial }: Cell): Settled | undefined {
    // Every trial runs at the lowest rung.
    if (trial === undefined || trial.rung === 0) return undefined;
    const sweep = this.#sweep(trial.sweep);
    const decisions = this.#decided(sweep);
    const decision = decisions[trial.rung]?.[trial.trial];
    if (decision === 'left-out') {
      const first = decisions.findIndex((rung) => rung[trial.trial] === 'left-out');
      const stop = sweep.rungs?.stops[first - 1];
      const message = `trial ${trial.trial} of the sweep ${sweep.name} stopped at rung ${stop}`;
      return { state: 'left-out', end: 'left-out', message };
    }
    if (decision === 'runs') return undefined;
    return { state: 'open', what: 'trial', message: `the sweep ${sweep.name} decides whether it runs` };
  }

  #settleChoice(cell: Cell): Settled | undefined {
    if (cell.selects === undefined) return undefined;
    const sweep = this.#sweep(cell.selects);
    const choice = choose(sweep.search, this.#scoreOf(sweep));
    if (choice === undefined) {
      return { state: 'open', what: 'parameters', message: `the sweep ${sweep.name} has not ended` };
    }
    return { state: 'ready', cell: { ...cell, parameters: this.#choiceParameters(sweep, choice) } };
  }

  /** The cell with what its sweep chose; undefined as long as that is not known. */
  #withChoice(cell: Cell): Cell | undefined {
    if (cell.chosen === undefined) return cell;
    const { sweep, byTrial } = cell.chosen;
    const end = this.#ends.get(this.#sweep(sweep).choice);
    const chosen = end?.state === 'done' ? byTrial[end.values.trial ?? -1] : undefined;
    return chosen && { ...cell, ...chosen };
  }

  #choiceParameters(sweep: Sweep, choice: Choice | 'none'): Record<string, Json> {
    if (choice === 'none') {
      throw new Failure('no-choice', `All trials of the sweep ${sweep.name} diverged.`, {
        hint: 'Change its space: for example, lower the learning rates.',
      });
    }
    const { axes, points, rungs, search, objective } = sweep;
    const scoreOf = this.#scoreOf(sweep);
    const decisions = this.#decided(sweep);
    return {
      value: `${objective.stage}.${objective.value}`,
      direction: search.direction,
      rule: search.rule,
      keep: search.keep,
      space: axes as unknown as Json,
      rungs: rungs === undefined ? [] : [...rungs.stops],
      trials: points.map((point, trial) => ({
        point,
        scores: decisions
          .filter((rung) => rung[trial] === 'runs')
          .map((_, rung) => scoreOf(rung, trial) ?? null),
      })),
    };
  }

  #decided(sweep: Sweep): Decision[][] {
    const known = this.#decisions.get(sweep.name) ?? decide(sweep.search, this.#scoreOf(sweep));
    this.#decisions.set(sweep.name, known);
    return known;
  }

  /** The mean over the cells of a trial; undefined as long as one of them has not ended. */
  #scoreOf({ name, scored, objective }: Sweep): (rung: number, trial: number) => Score {
    return (rung, trial) => {
      const ends = (scored[rung]?.[trial] ?? []).map((id) => ({ id, end: this.#ends.get(id) }));
      const numbers: number[] = [];
      for (const { id, end } of ends) {
        if (end?.state === 'diverged') return 'diverged';
        if (end?.state !== 'done') return undefined;
        const value = end.values[objective.value];
        if (value === undefined) throw unknownValue(name, objective.value, id, Object.keys(end.values));
        numbers.push(value);
      }
      return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    };
  }

  #sweep(name: string): Sweep {
    const sweep = this.#sweeps.get(name);
    if (!sweep) throw new Error(`there is no sweep ${name}`);
    return sweep;
  }
}

function ready(cell: Cell): Settled {
  return { state: 'ready', cell };
}

function unknownValue(sweep: string, value: string, cell: CellId, known: readonly string[]): Failure {
  return new Failure(
    'unknown-value',
    `The sweep ${sweep} compares '${value}', but ${cell} does not report it.`,
    {
      hint: `It reports: ${known.join(', ') || 'nothing'}.`,
    },
  );
}
