import type { Tensors } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import { type Dataset, sameName } from '../data/dataset.ts';
import type { Model, TensorSpec } from './model.ts';

const otherClasses = 'For other classes, train a new last layer with the kind linear-probe.';

/**
 * Checks that a model fits the images and the classes of a data set.
 * @param role name of the model in messages
 * @throws Failure `empty-dataset`, `shape-mismatch`, `class-mismatch`
 */
export function checkDataset(
  model: Model,
  dataset: Pick<Dataset, 'labels' | 'shape' | 'classes'>,
  role = 'model',
): void {
  if (dataset.labels.length === 0) throw new Failure('empty-dataset', 'The data set has no examples.');
  if (model.inputShape.join() === dataset.shape.join() && model.classes === dataset.classes.length) {
    checkClasses(model, dataset.classes, role);
    return;
  }
  throw new Failure(
    'shape-mismatch',
    `The ${role} ${model.name} takes images [${model.inputShape}] of ${model.classes} classes, but the data are ` +
      `images [${dataset.shape}] of ${dataset.classes.length} classes.`,
    { hint: `${otherClasses} For other images, set \`resize\` or \`rgb\` of the data set.` },
  );
}

/**
 * Checks that a model was trained on these classes, in this order, if its classes are known.
 * @param role name of the model in messages
 * @throws Failure `class-mismatch`
 */
export function checkClasses(model: Model, names: readonly string[] | undefined, role: string): void {
  if (model.classNames === undefined || names === undefined) return;
  const known = model.classNames;
  const [first, ...others] = names.flatMap((name, place) =>
    sameName(known[place] ?? '', name) ? [] : [place],
  );
  if (first === undefined) return;
  const count = others.length === 1 ? '1 more class differs' : `${others.length} more classes differ`;
  const more = others.length > 0 ? `, and ${count}` : '';
  throw new Failure(
    'class-mismatch',
    `The ${role} ${model.name} was trained on other classes than those of the data: class ${first} is ` +
      `"${known[first]}" to it and "${names[first]}" in the data${more}.`,
    { hint: otherClasses },
  );
}

/**
 * The tensors of these specifications, and no others.
 * @throws Failure `shape-mismatch` if one is missing or has another shape
 */
export function pick(tensors: Tensors, specs: readonly TensorSpec[]): Tensors {
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const tensor = tensors[name];
      if (tensor !== undefined && tensor.shape.join() === shape.join()) return [name, tensor];
      const found = tensor ? `is [${tensor.shape}]` : 'is missing';
      throw new Failure('shape-mismatch', `The weights do not fit: '${name}' ${found}, not [${shape}].`, {
        hint: 'They belong to another model.',
      });
    }),
  );
}

/**
 * Selects a model's parameters and state from `tensors`.
 * @throws Failure `shape-mismatch`
 */
export function weightsFor(model: Model, tensors: Tensors): Tensors {
  return pick(tensors, [...model.parameters, ...model.state]);
}
