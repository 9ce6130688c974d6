import { count, excess, skip, within } from './check.ts';
import { probeSteps, probing } from './probing.ts';
import { objectiveOf } from './subject.ts';

// Signs that gradients are hidden (Athalye et al. 2018, Carlini et al. 2019).

const vanishing = 1e-12;

export const zeroGradients = probing('zero-gradients', async (sample, { result, settings }) => {
  const { probe } = sample;
  const objective = objectiveOf(settings);
  // Misclassified examples need no gradient, and some losses have none there.
  const loss = (await probe.lookAtRight())?.loss ?? new Float32Array();
  const norms = await probe.gradientNorms(objective);
  const zero = norms.filter((norm) => norm === 0).length;
  const vanished = norms.filter((norm) => norm < vanishing).length;
  const flat = loss.filter((value) => value === 0).length;
  const began = result.zeroGradientsOfRobust;
  const measured = Math.max(vanished / Math.max(norms.length, 1), began);
  return within(
    measured,
    0,
    `Gradients (${objective}) of ${norms.length} correctly classified clean images: ${zero} are zero, ${vanished} below ${vanishing}; cross entropy is exactly 0 for ${flat} of them. Of the robust examples, ${(100 * began).toFixed(1)} % started the attack with a zero gradient.`,
    'Where the gradient vanishes, a gradient attack does not move: compare with loss: margin, apgd-t and square.',
  );
});

/** Share of all examples. */
const gap = 0.05;

export const crossEntropyBelowMargin = probing('cross-entropy-below-margin', async (sample, { settings }) => {
  if (objectiveOf(settings) === 'margin') return skip('the attack does not maximise the cross entropy');
  const attack = { epsilon: settings.epsilon, steps: probeSteps };
  const byEntropy = await sample.probe.pgd(attack);
  const byMargin = await sample.probe.pgd({ ...attack, objective: 'margin' });
  const more = excess(byEntropy.robust, byMargin.robust, gap);
  return within(
    more.count,
    more.limit,
    `PGD-${probeSteps} leaves ${count(byEntropy.robust)} of ${sample.probe.size} correct with cross entropy, and ${count(byMargin.robust)} with the margin.`,
    'The scale of the logits hides the gradients of the cross entropy: attack with loss: margin or dlr, or apgd-t.',
  );
});
