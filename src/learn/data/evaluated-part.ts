import { partFiles } from '../../kind/parts.ts';
import { oneOf } from '../parameter-schemas.ts';

// Loaded by every plan: import nothing heavy here.

/** The parts of a data set on which a trained model is evaluated. */
export type EvaluatedPart = 'test' | 'validation';

/** The parameter of kinds that evaluate models. */
export const partParameter = {
  part: oneOf<EvaluatedPart>(['test', 'validation'], {
    default: 'test',
    description:
      'The images: test, or validation for those that training holds out. Make choices by validation images, so that the test images stay unseen.',
  }),
};

/** The files of a data set that such a kind reads. */
export const evaluatedFiles = {
  by: 'part',
  of: { test: partFiles('test'), validation: partFiles('validation') },
} as const;

/** The part that its values come from. */
export const evaluatedPart = { by: 'part' } as const;
