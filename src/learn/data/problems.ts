import type { Problem } from '../../kind/kind.ts';
import { type DatasetParameters, trainingImages } from './known.ts';
import { type Store, storeProblems } from './store.ts';

/** Mistakes in the parameters of a data set that can be seen before it is read. */
export function datasetProblems(parameters: DatasetParameters & { readonly store: Store }): Problem[] {
  return [...storeProblems(parameters), ...validationProblems(parameters)];
}

/** As far as the size is known. */
function validationProblems(parameters: DatasetParameters): Problem[] {
  const { validation } = parameters;
  const available = trainingImages(parameters);
  if (available === undefined || validation === 0) return [];
  // Rounded as in `chosenPart`.
  const held = validation < 1 ? Math.floor(validation * available + 0.5) : validation;
  if (held < available) return [];
  return [
    {
      parameter: 'validation',
      message: `'validation' is ${validation}, and there are ${available} training images: none is left to train on`,
      hint: 'hold out fewer; a tenth is usual',
    },
  ];
}
