import { rowsAt } from '../attack/batch-rows.ts';
import { atMost, count, excess, rowsWhere, within } from './check.ts';
import { isNearTie, rowsOf } from './outputs.ts';
import type { ProbeObjective } from './probe.ts';
import { probeSteps, probing } from './probing.ts';
import { objectiveOf, type Sample } from './subject.ts';

// Accuracy as a function of epsilon, measured by short, independent attacks.

const multiples = [0.5, 1, 2, 4];

export const epsilonCurveRises = probing('epsilon-curve-rises', async (sample, { settings }) => {
  const radii = [...new Set(multiples.map((factor) => Math.min(1, factor * settings.epsilon)))];
  const objective = objectiveOf(settings);
  // At epsilon 0, nothing may change.
  let worst = { count: await changedAtZero(sample, objective), limit: 0 };
  const counts = [count(sample.clean)];
  let before = sample.clean;
  for (const epsilon of radii) {
    const { robust } = await sample.probe.pgd({ epsilon, steps: probeSteps, objective });
    const more = excess(robust, before, 0.005);
    if (more.count - more.limit > worst.count - worst.limit) worst = more;
    counts.push(count(robust));
    before = robust;
  }
  return within(
    worst.count,
    worst.limit,
    `Correct without an attack and at epsilon ${radii.join(', ')}: ${counts.join(', ')} of ${sample.probe.size}.`,
    'Accuracy must not rise with epsilon: the attack does not converge, usually because gradients are hidden.',
  );
});

/** Number of examples that an attack with epsilon 0 changes, except near ties. */
async function changedAtZero({ probe, clean }: Sample, objective: ProbeObjective): Promise<number> {
  const { robust, images } = await probe.pgd({ epsilon: 0, steps: 1, objective });
  const changed = rowsWhere(robust.map((withstands, row) => withstands !== clean[row]));
  if (changed.length === 0) return 0;
  const { logits } = await probe.classify.run(rowsAt(images, changed), rowsAt(probe.batch.labels, changed));
  return rowsOf(logits).filter((row) => !isNearTie(row)).length;
}

const most = 0.05;

/**
 * With epsilon 1 an attack can make any image, and with 0.5 it can make all images gray: no model can be robust then.
 */
export const unboundedAttackFails = probing(
  'unbounded-attack-fails',
  async (sample, { settings, target }) => {
    const { size } = sample.probe;
    const objective = objectiveOf(settings);
    const attack = { steps: 2 * probeSteps, objective };
    const half = count((await sample.probe.pgd({ ...attack, epsilon: 0.5 })).robust);
    const whole = count((await sample.probe.pgd({ ...attack, epsilon: 1 })).robust);
    const atHalf = atMost(1 / target.model.classes, size);
    const atOne = atMost(most, size);
    const excessive = Math.max(whole - atOne, half - atHalf);
    return within(
      excessive,
      0,
      `PGD-${2 * probeSteps} (${objective}) leaves ${whole} of ${size} correct at epsilon 1 (expected: at most ${Math.floor(atOne)}) and ${half} at epsilon 0.5 (expected: at most ${Math.floor(atHalf)}).`,
      'An attack that may choose any image must succeed: gradients are hidden, or the attack is broken.',
    );
  },
);
