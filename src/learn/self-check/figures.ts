import { natureOf } from '../attack/attack-names.ts';
import { autoAttack } from '../attack/autoattack.ts';
import { type Check, skip, within } from './check.ts';
import { isControl, isTransfer } from './subject.ts';

// Of the figures that the cell gives: they hold together, whatever the model.

export const weightsChanged: Check = {
  name: 'weights-changed',
  level: 'error',
  async run({ digests: { before, after } }) {
    const changed = before !== after;
    return within(
      Number(changed),
      0,
      changed
        ? `The weights were changed by the attack: SHA-256 ${before.slice(0, 12)} before, ${after.slice(0, 12)} after. This is a defect of an attack or an engine; please report it.`
        : `The weights are those that were given: SHA-256 ${before.slice(0, 12)} before and after.`,
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
      `${above} examples count as robust and are wrong without an attack.${above > 0 ? ' This is a defect of how results are counted; please report it.' : ''}`,
    );
  },
};

export const cascadeRising: Check = {
  name: 'cascade-rising',
  level: 'error',
  async run({ result }) {
    if (!result.after) return skip('it is a single attack');
    if (isTransfer(result)) return skip('what breaks the surrogate later may break this model less');
    const accuracies = [...result.after.map((one) => one.robustAccuracy), result.robustAccuracy];
    const rise = Math.max(0, ...accuracies.slice(1).map((value, k) => value - (accuracies[k] ?? 0)));
    return within(
      rise,
      0,
      `From one attack of the cascade to the next, accuracy rises by at most ${rise}.${rise > 0 ? ' It can only fall: the results of an attack were lost; please report it.' : ''}`,
    );
  },
};

const members = autoAttack({ epsilon: 0 }).members.map(({ name }) => name);

export const cascadeIncomplete: Check = {
  name: 'cascade-incomplete',
  level: 'error',
  async run({ result, settings }) {
    if (!result.after || settings.name !== 'autoattack') return skip('it is not autoattack');
    const ran = result.after.map(({ name }) => name);
    // With nothing left to attack it ends early.
    const missing = result.robustAccuracy === 0 ? [] : members.filter((name) => !ran.includes(name));
    return within(
      missing.length,
      0,
      missing.length > 0
        ? `Of the standard AutoAttack ${missing.join(', ')} did not run. Its number is not comparable with others.`
        : `Ran ${ran.join(', ')}.`,
    );
  },
};

/** Of the robust examples. */
const mostUnmoved = 0.5;

export const onlyZeroGradients: Check = {
  name: 'only-zero-gradients',
  level: 'error',
  async run({ result, settings }) {
    if (isControl(settings) || natureOf(settings.name).search === 'random')
      return skip('it takes no gradients');
    // One of a cascade may be stuck where the next one is not.
    if (result.after) return skip('the attacks of a cascade do not depend on one gradient');
    const unmoved = result.zeroGradientsOfRobust;
    return within(
      unmoved,
      mostUnmoved,
      `Of the robust examples ${(100 * unmoved).toFixed(1)} % had a gradient of zero: ${settings.name} never moved them.${unmoved > mostUnmoved ? ' The accuracy says nothing of robustness. Attack with loss: margin or dlr, with apgd-t or with square, and see why the gradients vanish (scale of the logits, rounding, a step without a derivative).' : ''}`,
    );
  },
};
