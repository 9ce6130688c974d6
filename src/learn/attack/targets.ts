import type { HostTensor } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import { predictions } from '../loss/accuracy.ts';
import { usualTargets } from './attack-parameters.ts';

/**
 * Number of classes, besides the true one, that an attack targets.
 * @param given default: 9, as in AutoAttack, or all other classes if there are fewer
 * @throws Failure `bad-attack` unless it is a whole number of at least 1; `too-few-classes` if there are fewer
 */
export function targetsOf(classes: number, given: number | undefined, what: string): number {
  const most = classes - 1;
  const targets = given ?? Math.min(usualTargets, most);
  if (!(Number.isInteger(targets) && targets >= 1)) {
    throw new Failure('bad-attack', `${what} needs at least one target, not ${targets}.`);
  }
  if (targets <= most) return targets;
  throw new Failure(
    'too-few-classes',
    `${what} with ${targets} targets needs ${targets + 1} classes, and there are ${classes}.`,
    { hint: `Write targets: ${most}, or leave it out.`, details: { classes, targets } },
  );
}

/**
 * For each example, the class with the k-th largest logit besides the true one, one-hot. If the true class has the
 * largest logit (as for every example worth attacking), it is the class with the (k + 1)-th largest logit.
 * @param logits of the clean images, [count, classes]
 * @param labels one-hot, same shape
 * @param rank k, at least 1 and less than the number of classes
 */
export function targetsOfRank(logits: HostTensor, labels: HostTensor, rank: number): HostTensor {
  const [count = 0, classes = 0] = logits.shape;
  const targets = new Float32Array(count * classes);
  for (const [row, own] of predictions(labels).entries()) {
    const logit = (column: number) => logits.data[row * classes + column] as number; // column < classes
    const others = Array.from({ length: classes }, (_, column) => column).filter((column) => column !== own);
    // Sorting is stable: of equal logits, the first class comes first.
    const target = others.sort((a, b) => logit(b) - logit(a))[rank - 1];
    if (target === undefined) throw new Error(`There is no class of rank ${rank}`);
    targets[row * classes + target] = 1;
  }
  return { shape: [count, classes], data: targets };
}
