import { declared } from '../attack/attacks.ts';
import { count, excess, within } from './check.ts';
import { probeSteps, probing } from './probing.ts';
import { objectiveOf } from './subject.ts';

const queries = 50;
const draws = 5;

/** Share of all examples; as in AutoAttack's warning. */
const allowed = 0.002;

export const blackBoxStronger = probing('black-box-stronger', async (sample, { settings }) => {
  const { epsilon, name } = settings;
  const { probe } = sample;
  const { search } = declared(name);
  const isBlackBox = search === 'random';
  let white = sample.robust;
  let whiteName: string = name;
  if (isBlackBox || search === 'one-step') {
    // A one-step attack is meant to be weak, which says nothing about gradients. So only examples count that PGD with
    // many steps does not break either.
    const { robust } = await probe.pgd({ epsilon, steps: probeSteps, objective: objectiveOf(settings) });
    white = isBlackBox ? robust : robust.map((withstands, row) => withstands && (white[row] ?? false));
    whiteName = isBlackBox ? `PGD-${probeSteps}` : `${name} and PGD-${probeSteps}`;
  }
  const square = isBlackBox ? sample.robust : (await probe.square(epsilon, queries)).robust;
  const noise = (await probe.noise(epsilon, draws)).robust;
  const overs = [excess(white, square, allowed), excess(white, noise, allowed)];
  const [worst = { count: 0, limit: 0 }] = overs.sort((a, b) => b.count - b.limit - (a.count - a.limit));
  return within(
    worst.count,
    worst.limit,
    `Of ${probe.size} examples ${count(white)} withstand ${whiteName}, ${count(square)} withstand ${isBlackBox ? 'square' : `${queries} queries of square`}, and ${count(noise)} withstand noise.`,
    'An attack with gradients must be stronger than one without: gradients are hidden. Do not trust the white-box number.',
  );
});
