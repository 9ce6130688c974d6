import { Failure } from '../failure.ts';
import type { CellContext } from '../kind/kind.ts';
import { hasPart } from '../kind/parts.ts';
import { openPart } from '../learn/data/artifact.ts';
import type { EvaluatedPart } from '../learn/data/evaluated-part.ts';
import type { Examples } from '../learn/data/examples.ts';
import { imageWorkers } from '../learn/data/shards/image-workers.ts';

/**
 * Opens the part of the `data` input on which a cell evaluates a model.
 * @throws Failure `no-validation-part`; those of `openPart`
 */
export async function readEvaluated(
  { inputs: { data }, cores }: Pick<CellContext<unknown>, 'inputs' | 'cores'>,
  part: EvaluatedPart,
): Promise<Examples> {
  if (!data) throw new Error('The kind declares no input named data');
  if (part === 'validation' && !hasPart(data.files, part)) {
    throw new Failure('no-validation-part', 'The data set has no validation images.', {
      hint: 'Let the stage that makes it hold some out, or write `part: test`.',
    });
  }
  return openPart(data, part, imageWorkers(cores));
}
