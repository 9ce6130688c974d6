import { isDeepStrictEqual } from 'node:util';
import type { NeededCell, Problem } from '../../kind/kind.ts';
import type { EvaluatedPart } from './evaluated-part.ts';

// Loaded by every plan: import nothing heavy here, except types.

/** The parameters of a data set that decide what its images are before it is split. */
const whole = ['name', 'folder'];

/** The parameters that decide, with those, which images are held out. */
const split = ['classes', 'test-share', 'validation', 'seed'];

/**
 * Mistakes of a cell that evaluates models on validation images: the data set has none, or a model, or one that it
 * comes from such as its teacher, was trained on another split of the same images, so that it has seen some of them.
 *
 * @param models the needs that are evaluated
 */
export function heldOutProblems(
  { part }: { readonly part: EvaluatedPart },
  needs: Readonly<Record<string, NeededCell>>,
  models: readonly string[],
): Problem[] {
  const { data } = needs;
  if (part !== 'validation' || data === undefined) return [];
  if (data.kind === 'dataset' && data.parameters.validation === 0) {
    const hint = 'let the data set hold some out, such as `validation: 0.1`, or write part: test';
    return [{ parameter: 'part', message: `${data.id} has no validation images`, hint }];
  }
  return models.flatMap((need) => {
    const model = needs[need];
    const message = model && leak(model, data);
    const hint = 'let all trainings need the same data set, or one with the same `validation` and `seed`';
    return message === undefined ? [] : [{ parameter: 'part', message, hint }];
  });
}

/** Why a model may have seen the validation images; undefined if it has not. */
function leak(model: NeededCell, data: NeededCell): string | undefined {
  let isKnown = false;
  for (const cell of lineage(model)) {
    for (const needed of Object.values(cell.needs)) {
      if (hasImagesOf(needed, data) && !holdsOut(needed, data))
        return `${cell.id} uses ${needed.id}, which does not hold out the same images as ${data.id}`;
      isKnown ||= data.kind === 'dataset' ? needed.kind === 'dataset' : needed.id === data.id;
    }
  }
  return isKnown ? undefined : `${model.id} may have seen the validation images of ${data.id} in training`;
}

/** A cell, and all that it needs, near and far. */
function* lineage(cell: NeededCell): Generator<NeededCell> {
  yield cell;
  for (const needed of Object.values(cell.needs)) yield* lineage(needed);
}

/** Whether a data set with the same images holds out the same ones for validation. */
function holdsOut(cell: NeededCell, data: NeededCell): boolean {
  return cell.id === data.id || isEqual(cell, data, split);
}

/** Whether a cell is made of the same images, as far as that is known. */
function hasImagesOf(cell: NeededCell, data: NeededCell): boolean {
  return cell.kind === 'dataset' && data.kind === 'dataset' && isEqual(cell, data, whole);
}

function isEqual(a: NeededCell, b: NeededCell, parameters: readonly string[]): boolean {
  return parameters.every((name) => isDeepStrictEqual(a.parameters[name], b.parameters[name]));
}
