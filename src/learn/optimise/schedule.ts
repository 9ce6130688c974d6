/** How the learning rate changes during training. `rate` is its maximum. */
export type Schedule =
  | { readonly kind: 'constant'; readonly rate: number }
  /** Multiplied by `factor` at the start of each of the epochs `milestones`. */
  | {
      readonly kind: 'piecewise';
      readonly rate: number;
      readonly milestones: readonly number[];
      readonly factor: number;
    }
  /** Half a cosine from `rate` to 0 (Loshchilov and Hutter 2017). */
  | { readonly kind: 'cosine'; readonly rate: number }
  /** Linear from 0 to `rate` at the fraction `peak` of the training, and back to 0 (Wong et al. 2020: peak 0.5). */
  | { readonly kind: 'cyclic'; readonly rate: number; readonly peak: number }
  /**
   * PyTorch's `OneCycleLR` with its defaults, but constant momentum: from rate / 25 up to `rate` in the first 30 % of
   * the steps, then down to rate / 250,000, both along cosines.
   */
  | { readonly kind: 'one-cycle'; readonly rate: number };

export interface Progress {
  /** Number of steps before this one. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}

/** The learning rate of a step. */
export function learningRate(schedule: Schedule, { step, stepsPerEpoch, epochs }: Progress): number {
  const { rate } = schedule;
  const total = stepsPerEpoch * epochs;
  switch (schedule.kind) {
    case 'constant':
      return rate;
    case 'piecewise': {
      const epoch = Math.floor(step / stepsPerEpoch);
      return rate * schedule.factor ** schedule.milestones.filter((milestone) => epoch >= milestone).length;
    }
    case 'cosine':
      return cosine(rate, 0, step / total);
    case 'cyclic': {
      const done = step / total;
      const { peak } = schedule;
      return rate * (done < peak ? done / peak : (1 - done) / (1 - peak));
    }
    case 'one-cycle': {
      const [start, end] = [rate / 25, rate / 25 / 1e4];
      // In PyTorch, the first phase ends one step early, and the last step has the final rate.
      const turn = 0.3 * total - 1;
      if (turn > 0 && step <= turn) return cosine(start, rate, step / turn);
      return cosine(rate, end, (step - turn) / (total - 1 - turn));
    }
  }
}

/** From `from` to `to` along half a cosine. @param done in [0, 1] */
function cosine(from: number, to: number, done: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * done));
}
