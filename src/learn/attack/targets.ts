import type { HostTensor } from '../../engine/engine.ts';
import { predictions } from '../loss/accuracy.ts';
import { requireClasses } from '../loss/dlr.ts';

/**
 * Checks that a targeted attack has as many classes besides the true one as it goes for.
 * @throws Failure `too-few-classes`
 */
export function requireTargets(classes: number, targets: number, what: string): void {
  requireClasses(classes, targets + 1, `${what} with ${targets} targets`);
}

/**
 * The class of each example that is the k-th best of those besides the true one, one-hot. Where the true class is first,
 * as for every example that is worth attacking, that is the (k + 1)-th best of all.
 * @param logits of the clean images, [count, classes]
 * @param labels one-hot, of the same shape
 * @param rank k, from 1 on and less than the number of classes
 */
export function targetsOfRank(logits: HostTensor, labels: HostTensor, rank: number): HostTensor {
  const [count = 0, classes = 0] = logits.shape;
  const targets = new Float32Array(count * classes);
  for (const [row, own] of predictions(labels).entries()) {
    const logit = (column: number) => logits.data[row * classes + column] as number; // column < classes
    const others = Array.from({ length: classes }, (_, column) => column).filter((column) => column !== own);
    // Sorting is stable: of equal logits the first class comes first.
    const target = others.sort((a, b) => logit(b) - logit(a))[rank - 1];
    if (target === undefined) throw new Error(`There is no class of rank ${rank}`);
    targets[row * classes + target] = 1;
  }
  return { shape: [count, classes], data: targets };
}
