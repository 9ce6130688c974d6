import { type Check, type Finding, type Skipped, skip } from './check.ts';
import { isControl, isTransfer, type Sample, type Subject } from './subject.ts';

/** Default number of PGD steps of a check. */
export const probeSteps = 10;

/** The sample for a check that attacks it, or the reason why such a check does not apply. */
export function probed({ sample, settings, result }: Subject): Sample | Skipped {
  if (isTransfer(result)) return skip('it is a transfer attack');
  if (isControl(settings)) return skip(`${settings.name} is not an attack`);
  if (settings.epsilon === 0) return skip('epsilon is 0');
  return sample ?? skip('self-check-examples is 0');
}

/** A warning that attacks the sample; it is skipped if such a check does not apply. */
export function probing(
  name: string,
  run: (sample: Sample, subject: Subject) => Promise<Finding | Skipped>,
): Check {
  return {
    name,
    level: 'warning',
    async run(subject) {
      const sample = probed(subject);
      return 'skipped' in sample ? sample : run(sample, subject);
    },
  };
}
