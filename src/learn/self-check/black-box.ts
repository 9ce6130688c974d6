import { type Check, count, excess, within } from './check.ts';
import { probed, probeSteps } from './subject.ts';

const queries = 50;
const draws = 5;

/** In the share of all examples; that of AutoAttack's warning. */
const allowed = 0.002;

export const blackBoxStronger: Check = {
  name: 'black-box-stronger',
  level: 'warning',
  async run(subject) {
    const { settings } = subject;
    const sample = probed(subject);
    if ('skipped' in sample) return sample;
    const { epsilon, name } = settings;
    const { probe } = sample;
    const isBlackBox = name === 'square';
    const [white, whiteName] = isBlackBox
      ? [(await probe.pgd({ epsilon, steps: probeSteps, objective: 'margin' })).robust, `PGD-${probeSteps}`]
      : [sample.robust, name];
    const square = isBlackBox ? sample.robust : (await probe.square(epsilon, queries)).robust;
    const noise = (await probe.noise(epsilon, draws)).robust;
    const overs = [excess(white, square, allowed), excess(white, noise, allowed)];
    const [worst = { count: 0, limit: 0 }] = overs.sort((a, b) => b.count - b.limit - (a.count - a.limit));
    return within(
      worst.count,
      worst.limit,
      `Of ${probe.size} examples ${count(white)} withstand ${whiteName}, ${count(square)} ${isBlackBox ? 'square' : `${queries} queries of square`} and ${count(noise)} noise.${worst.count > worst.limit ? ' Who sees the gradients must do better than who does not: they are hidden. Do not trust the white-box number.' : ''}`,
    );
  },
};
