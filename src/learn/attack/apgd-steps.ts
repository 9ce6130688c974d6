// How APGD chooses its step sizes (Croce and Hein 2020, section 3.1).

/** Share of the steps of a window that must increase the objective for the step size to be kept. */
const rho = 0.75;

/**
 * The steps at which step sizes are checked: windows of 0.22 · steps, each following one shorter by 0.03 · steps but
 * at least 0.06 · steps, all rounded down and at least 1.
 */
export function checkpoints(steps: number): number[] {
  const part = (share: number) => Math.max(Math.floor(share * steps), 1);
  const found: number[] = [];
  let window = part(0.22);
  for (let done = window; done <= steps; done += window) {
    found.push(done);
    window = Math.max(window - part(0.03), part(0.06));
  }
  return found;
}

/** The step sizes of each example of a batch. */
export class StepSizes {
  /** In [0, 2 · epsilon]. */
  readonly sizes: Float64Array;
  #checkpoints: ReadonlySet<number>;
  readonly #last: Float32Array;
  readonly #best: Float32Array;
  readonly #bestAtCheckpoint: Float32Array;
  readonly #ups: Int32Array;
  /** Whether the step was halved at the last checkpoint. True at first: condition 2 compares two checkpoints. */
  readonly #halved: boolean[];
  #steps = 0;
  #checked = 0;

  /** @param start the objective of each example where it starts */
  constructor(epsilon: number, steps: number, start: Float32Array) {
    this.sizes = new Float64Array(start.length).fill(2 * epsilon);
    this.#checkpoints = new Set(checkpoints(steps));
    this.#last = Float32Array.from(start);
    this.#best = Float32Array.from(start);
    this.#bestAtCheckpoint = Float32Array.from(start);
    this.#ups = new Int32Array(start.length);
    this.#halved = Array.from(start, () => true);
  }

  /** The step sizes of some of the examples, which go on by themselves. @param rows those of the examples */
  of(rows: readonly number[]): StepSizes {
    const some = new StepSizes(0, 1, new Float32Array(rows.length));
    some.#checkpoints = this.#checkpoints;
    some.#steps = this.#steps;
    some.#checked = this.#checked;
    for (const [place, row] of rows.entries()) {
      some.sizes[place] = at(this.sizes, row);
      some.#last[place] = at(this.#last, row);
      some.#best[place] = at(this.#best, row);
      some.#bestAtCheckpoint[place] = at(this.#bestAtCheckpoint, row);
      some.#ups[place] = at(this.#ups, row);
      some.#halved[place] = this.#halved[row] as boolean; // callers use existing rows
    }
    return some;
  }

  /**
   * Records the objectives after one more step. At a checkpoint, the step size of an example is halved if (1) at most
   * a share rho of the steps since the last checkpoint increased its objective, or (2) its step size was not halved
   * then and its best objective has not improved since. The first step is compared with the start, as in the paper;
   * the reference implementation compares it with 0.
   * @returns for each example whether it must return to its best point
   */
  observe(objective: Float32Array): boolean[] {
    this.#steps += 1;
    for (const [row, value] of objective.entries()) {
      if (value > at(this.#last, row)) this.#ups[row] = at(this.#ups, row) + 1;
      this.#last[row] = value;
      this.#best[row] = Math.max(at(this.#best, row), value);
    }
    if (!this.#checkpoints.has(this.#steps)) return this.#halved.map(() => false);
    const window = this.#steps - this.#checked;
    this.#checked = this.#steps;
    for (const row of objective.keys()) this.#check(row, window);
    return [...this.#halved];
  }

  #check(row: number, window: number): void {
    const oscillates = at(this.#ups, row) <= rho * window;
    const stalls = !this.#halved[row] && at(this.#bestAtCheckpoint, row) >= at(this.#best, row);
    this.#halved[row] = oscillates || stalls;
    if (this.#halved[row]) this.sizes[row] = at(this.sizes, row) / 2;
    this.#bestAtCheckpoint[row] = at(this.#best, row);
    this.#ups[row] = 0;
  }
}

function at(values: Float32Array | Float64Array | Int32Array, row: number): number {
  return values[row] as number; // callers use existing rows
}
