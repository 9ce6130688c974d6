import { declared } from '../attack/attacks.ts';
import { autoAttack } from '../attack/autoattack.ts';
import { type Check, skip, within } from './check.ts';
import { isControl, isTransfer } from './subject.ts';

// Checks of the numbers of a cell. They must be consistent for any model.

export const weightsChanged: Check = {
  name: 'weights-changed',
  level: 'error',
  async run({ digests: { before, after } }) {
    const changed = Object.keys(before).filter((which) => before[which] !== after[which]);
    const told = Object.keys(before).map(
      (which) => `${which} ${before[which]?.slice(0, 12)} before and ${after[which]?.slice(0, 12)} after`,
    );
    return within(
      changed.length,
      0,
      `SHA-256 of ${told.join(', of ')} the attack.`,
      'The attacked model is not the given one: a bug in an attack or an engine; please report it.',
    );
  },
};

export const robustAboveClean: Check = {
  name: 'robust-above-clean',
  level: 'error',
  async run({ result }) {
    const { cleanCorrect, robustCorrect } = result.examples;
    const above = Array.from(robustCorrect?.data ?? []).filter(
      (right, example) => right > (cleanCorrect?.data[example] ?? 0),
    ).length;
    return within(
      above,
      0,
      `${above} examples count as robust although they are wrong without an attack.`,
      'This is a bug in the counting of results; please report it.',
    );
  },
};

export const cascadeRising: Check = {
  name: 'cascade-rising',
  level: 'error',
  async run({ result }) {
    if (!result.after) return skip('the attack is not a cascade');
    if (isTransfer(result))
      return skip('in a transfer attack, later images may be less effective on this model');
    const accuracies = [...result.after.map((one) => one.robustAccuracy), result.robustAccuracy];
    const rise = Math.max(0, ...accuracies.slice(1).map((value, k) => value - (accuracies[k] ?? 0)));
    return within(
      rise,
      0,
      `From one attack of the cascade to the next, accuracy rises by at most ${rise}.`,
      'It can only fall, so results of an attack were lost; please report it.',
    );
  },
};

const members = autoAttack({ epsilon: 0, steps: 1, queries: 1 }).members.map(({ name }) => name);

export const cascadeIncomplete: Check = {
  name: 'cascade-incomplete',
  level: 'error',
  async run({ result, settings }) {
    if (!result.after || settings.name !== 'autoattack') return skip('the attack is not autoattack');
    const ran = result.after.map(({ name }) => name);
    // It ends early if no example is left; in a transfer attack, if the surrogate has none left.
    const left = result.surrogateAccuracy ?? result.robustAccuracy;
    const missing = left === 0 ? [] : members.filter((name) => !ran.includes(name));
    return within(
      missing.length,
      0,
      missing.length > 0
        ? `These attacks of the standard AutoAttack did not run: ${missing.join(', ')}. The result is not comparable with others.`
        : `Ran ${ran.join(', ')}.`,
    );
  },
};

/**
 * Allowed shares of examples that are robust and did not move: of the robust examples, or of all examples if few are
 * robust.
 */
const mostUnmoved = { ofRobust: 0.5, ofAll: 0.05 };

export const onlyZeroGradients: Check = {
  name: 'only-zero-gradients',
  level: 'error',
  async run({ result, settings }) {
    if (isTransfer(result)) return skip('the gradients are those of the surrogate');
    if (isControl(settings) || declared(settings.name).search === 'random')
      return skip('the attack uses no gradients');
    // One attack of a cascade may be stuck where the next one is not.
    if (result.after) return skip('the attacks of a cascade do not depend on one gradient');
    const unmoved = result.zeroGradientsOfRobust;
    const { ofRobust, ofAll } = mostUnmoved;
    const limit = Math.min(1, Math.max(ofRobust, ofAll / result.robustAccuracy));
    return within(
      unmoved,
      limit,
      `Of the robust examples, ${(100 * result.robustAccuracy).toFixed(1)} % of all, ${(100 * unmoved).toFixed(1)} % began with a gradient of zero.`,
      'The accuracy says nothing about robustness. Attack with loss: margin or dlr, with apgd-t or with square, and find out why the gradients vanish (scale of the logits, rounding, a step function).',
    );
  },
};
