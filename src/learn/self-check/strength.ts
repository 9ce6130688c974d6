import { stepSizeOf } from '../attack/pgd.ts';
import { mean } from '../train/averages.ts';
import {
  count,
  errorsAllowed,
  excess,
  type Finding,
  rowsWhere,
  type Skipped,
  skip,
  within,
} from './check.ts';
import type { ProbeAttack } from './probe.ts';
import { probing } from './probing.ts';
import { climbedBy, isIterative, isPgd, objectiveOf, type Sample } from './subject.ts';

// Checks whether the cell's attack was as strong as possible (Carlini et al. 2019; Pintor et al. 2022).

/** Allowed shares of the examples. */
const allowed = { fgsm: 0.005, steps: 0.005, restarts: 0.01 };

export const weakerThanFgsm = probing('weaker-than-fgsm', async (sample, { settings }) => {
  if (!isIterative(settings)) return skip('the attack does not follow gradients in several steps');
  const { robust } = await sample.probe.fgsm(settings.epsilon);
  const more = excess(sample.robust, robust, allowed.fgsm);
  return within(
    more.count,
    more.limit,
    `Of ${sample.probe.size} examples ${count(sample.robust)} withstand the attack, and ${count(robust)} withstand FGSM.`,
    'An attack with many steps must not be weaker than one with a single step: try other steps and step-size, or apgd-ce.',
  );
});

/**
 * A check for cells whose attack is PGD with an objective that the probes support. `own` has its start, steps and
 * restarts.
 */
function ofPgd(name: string, run: (own: ProbeAttack, sample: Sample) => Promise<Finding | Skipped>) {
  return probing(name, async (sample, { settings }) => {
    if (!isPgd(settings)) return skip('the attack is not PGD');
    const objective = objectiveOf(settings);
    if (climbedBy(settings) !== objective)
      return skip(`the probes do not support the loss ${climbedBy(settings)}`);
    const { epsilon, steps, restarts, randomStart } = settings;
    if (steps === undefined) throw new Error(`${settings.name} has no steps`);
    const stepSize = stepSizeOf({ ...settings, steps });
    return run({ epsilon, steps, stepSize, restarts, randomStart, objective }, sample);
  });
}

/**
 * The cell's attack with twice the steps, on the examples that withstood it. (Those that it broke are broken by the
 * first half.)
 */
function ownContinued(own: ProbeAttack, { probe, robust }: Sample) {
  return probe.pgdOn(rowsWhere(robust), { ...own, steps: 2 * own.steps });
}

export const moreStepsHelp = ofPgd('more-steps-help', async (own, sample) => {
  const { steps } = own;
  // Same step size and same starts: the first half of each run equals the cell's own run.
  const { robust } = await ownContinued(own, sample);
  const more = excess(sample.robust, robust, allowed.steps);
  return within(
    more.count,
    more.limit,
    `Of ${sample.probe.size} examples ${count(sample.robust)} withstand ${steps} steps, and ${count(robust)} withstand ${2 * steps}.`,
    'The attack had not converged: give it more steps.',
  );
});

const restarts = 5;

export const moreRestartsHelp = ofPgd('more-restarts-help', async (own, sample) => {
  if (own.randomStart === false) return skip('the attack has no random start');
  if ((own.restarts ?? 1) >= restarts) return skip(`the attack has ${own.restarts} restarts already`);
  // The first restarts are those of the cell's attack.
  const left = { ...own, restarts, firstRun: own.restarts ?? 1 };
  const { robust } = await sample.probe.pgdOn(rowsWhere(sample.robust), left);
  const more = excess(sample.robust, robust, allowed.restarts);
  return within(
    more.count,
    more.limit,
    `Of ${sample.probe.size} examples ${count(sample.robust)} withstand the attack, and ${count(robust)} withstand it with ${restarts} restarts.`,
    'Give it more restarts.',
  );
});

/** Share of the increase in loss from the start to the best of twice the steps. */
const stillToGo = 0.25;
/** With fewer examples, their spread is too uncertain to tell how far their mean may be off by chance. */
const fewestRobust = 8;

/**
 * After an indicator of Pintor et al.: how much of the possible increase in the loss of robust examples was still
 * missing when the attack ended.
 */
export const incompleteOptimisation = ofPgd('incomplete-optimisation', async (own, sample) => {
  const { steps } = own;
  const { paths } = await ownContinued(own, sample);
  const parts = sample.robust.flatMap((robust, row) => {
    if (!robust) return []; // broken examples need no further step
    const losses = paths[row] ?? [];
    const [first = 0] = losses;
    const [half, whole] = [Math.max(...losses.slice(0, steps + 1)), Math.max(...losses)];
    return whole > first ? [(whole - half) / (whole - first)] : [0];
  });
  if (parts.length < fewestRobust)
    return skip(
      `only ${parts.length} examples of the sample are robust; at least ${fewestRobust} are needed`,
    );
  const left = mean(parts);
  const variance = mean(parts.map((part) => (part - left) ** 2));
  const limit = stillToGo + errorsAllowed * Math.sqrt(variance / parts.length);
  return within(
    left,
    limit,
    `Of the increase in the loss of robust examples over ${2 * steps} steps, ${(100 * left).toFixed(1)} % comes after step ${steps}.`,
    'The loss was still increasing when the attack ended: give it more or longer steps.',
  );
});
