import type { NeededCell, Problem } from '../../kind/kind.ts';
import { knownClasses } from '../data/known.ts';
import { type AttackName, declared } from './attacks.ts';

/** Mistakes in the settings of an attack that show when the plan is made, because the number of classes is known. */
export function attackProblems(
  parameters: { readonly attack: AttackName; readonly loss?: string; readonly targets?: number },
  { data }: Readonly<Record<string, NeededCell>>,
): Problem[] {
  const classes = knownClasses(data);
  if (classes === undefined) return [];
  const problems: Problem[] = [];
  const { attack, loss, targets } = parameters;
  const { classes: least = 2, withFewerClasses } = declared(attack);
  if (classes < least && withFewerClasses === undefined) {
    problems.push({
      parameter: 'attack',
      message: `${attack} needs ${least} classes, and the data set has ${classes}`,
      hint: 'write apgd-ce, or cw for the margin',
    });
  }
  if (loss === 'dlr' && classes < 3) {
    problems.push({
      parameter: 'loss',
      message: `the DLR loss needs 3 classes, and the data set has ${classes}`,
      hint: 'write loss: margin',
    });
  }
  if (targets !== undefined && targets > classes - 1) {
    problems.push({
      parameter: 'targets',
      message: `'targets' is ${targets}, and there are ${classes - 1} classes besides the true one`,
      hint: `write targets: ${classes - 1}, or leave it out`,
    });
  }
  return problems;
}
