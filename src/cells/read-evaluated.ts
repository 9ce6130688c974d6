import { Failure } from '../failure.ts';
import type { InputArtifact } from '../kind/kind.ts';
import { partFile } from '../kind/parts.ts';
import { readPart } from '../learn/data/artifact.ts';
import type { Dataset } from '../learn/data/dataset.ts';
import type { EvaluatedPart } from '../learn/data/evaluated-part.ts';

/**
 * Reads the part of a data set on which a cell evaluates a model.
 * @throws Failure `no-validation-part`; those of `readPart`
 */
export async function readEvaluated({ file, files }: InputArtifact, part: EvaluatedPart): Promise<Dataset> {
  if (part === 'validation' && !files.includes(partFile(part))) {
    throw new Failure('no-validation-part', 'The data set has no validation images.', {
      hint: 'Let the stage that makes it hold some out, or write `part: test`.',
    });
  }
  return readPart(file, part);
}
