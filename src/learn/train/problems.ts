import type { NeededCell, Problem } from '../../kind/kind.ts';
import { knownData } from '../data/known.ts';

/** What is wrong with a training that its data set shows when the plan is made. */
export function trainingProblems(
  { validation }: { readonly validation: number },
  { data }: Readonly<Record<string, NeededCell>>,
): Problem[] {
  const { training } = knownData(data);
  if (training === undefined || validation < training) return [];
  return [
    {
      parameter: 'validation',
      message: `'validation' is ${validation}, and the training set has ${training} images: none is left to train on`,
      hint: 'hold out fewer; a tenth is usual',
    },
  ];
}
