import { declared } from '../attack/attacks.ts';
import { atMost, type Check, count, skip, within } from './check.ts';
import { probed } from './probing.ts';
import { isTransfer } from './subject.ts';

/** Shares of all examples: usual gaps between attacks for models with real adversarial training. */
const usual = { afterFgsm: 0.2, afterApgd: 0.06 };
/**
 * A model with less robust accuracy than this above chance is not considered robust, and a wide gap then means
 * nothing.
 */
const claimed = 0.1;

export const implausibleGap: Check = {
  name: 'implausible-gap',
  level: 'warning',
  async run(subject) {
    const { result, settings, target } = subject;
    if (isTransfer(result)) return skip('it is a transfer attack');
    const after = result.after?.find(({ name }) => name === 'apgd-ce');
    if (after) {
      const total = result.examples.robustCorrect?.shape[0] ?? 1;
      const gap = after.robustAccuracy - result.robustAccuracy;
      const limit = atMost(usual.afterApgd, total) / total;
      return within(
        gap,
        limit,
        `Robust accuracy after apgd-ce: ${percent(after.robustAccuracy)}; after all attacks: ${percent(result.robustAccuracy)}.`,
        'Such a wide gap is a sign of hidden gradients: do not rely on attacks on the cross entropy here.',
      );
    }
    const sample = probed(subject);
    if ('skipped' in sample) return sample;
    const { search } = declared(settings.name);
    if (search === 'one-step' || search === 'random') return skip(`a gap to ${settings.name} says nothing`);
    if (result.robustAccuracy < 1 / target.model.classes + claimed)
      return skip('the robust accuracy is too low for a gap to mean anything');
    const { robust } = await sample.probe.fgsm(settings.epsilon);
    const { size } = sample.probe;
    const gap = (count(robust) - count(sample.robust)) / size;
    const limit = atMost(usual.afterFgsm, size) / size;
    return within(
      gap,
      limit,
      `Of ${size} examples ${count(robust)} withstand FGSM, and ${count(sample.robust)} withstand the attack.`,
      'This gap is too wide for a robust model: check with autoattack.',
    );
  },
};

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
