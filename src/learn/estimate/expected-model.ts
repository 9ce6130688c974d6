import { Failure } from '../../failure.ts';
import type { NeededCell, Places } from '../../kind/kind.ts';
import { expectedData } from '../data/expected.ts';
import type { Model } from '../model/model.ts';

// Loaded by plans: import nothing heavy here, except types.

/** What is known of a model before it is trained. */
export interface ExpectedModel {
  readonly net: string;
  readonly inputShape: Model['inputShape'];
  readonly classes: number;
}

/**
 * The network that a cell will make.
 * @throws Failure `size-unknown`, and those of `expectedData`
 */
export function expectedModel(cell: NeededCell | undefined, places: Places): ExpectedModel {
  const { net, classes } = cell?.parameters ?? {};
  const shape = cell?.parameters['input-shape'];
  if (typeof net === 'string' && Array.isArray(shape)) {
    const [height, width, channels] = shape.map(Number);
    return { net, inputShape: [height ?? 0, width ?? 0, channels ?? 0], classes: Number(classes) };
  }
  if (typeof net === 'string') {
    const data = expectedData(cell?.needs.data, places);
    return { net, inputShape: data.shape, classes: data.classes };
  }
  // A kind that changes the model that it needs, such as its last layer.
  const base = cell?.needs.model;
  if (base)
    return { ...expectedModel(base, places), classes: expectedData(cell?.needs.data, places).classes };
  throw new Failure('size-unknown', `The network of ${cell?.id ?? 'a model'} is not known yet.`, {
    hint: 'It is known once a cell of this kind has run.',
  });
}
