import type { Tensors } from '../../engine/engine.ts';
import { crossEntropy } from '../loss/cross-entropy.ts';
import type { ModelDescription } from '../model/artifact.ts';
import { pick } from '../model/fit.ts';
import type { Model } from '../model/model.ts';
import { createModel } from '../model/models.ts';
import type { MethodBuilder } from '../train/method.ts';

/** A trained model that is to get a new last layer. */
export interface LinearProbe {
  /** The model as it is after the training, without its weights. */
  readonly description: ModelDescription;
  /** What is trained: the model of which the last layer alone is parameters; `forward` wants the body's tensors too. */
  readonly model: Model;
  /** All other tensors, as they are in the trained model. */
  readonly body: Tensors;
  /** The training of `model`. */
  readonly method: MethodBuilder;
}

/**
 * Linear probing: softmax regression on the features of a frozen body in `eval` mode, by cross entropy. So Chan et al.
 * 2020 (CVPR) make a teacher of one data set fit the classes of another. Normalisation stays the trained model's.
 * @param classNames those of the new last layer
 * @throws Failure `shape-mismatch` for weights of another model
 */
export function linearProbe(
  trained: { readonly description: ModelDescription; readonly weights: Tensors },
  classNames: readonly string[],
): LinearProbe {
  const classes = classNames.length;
  const { bestEpoch: _, ...kept } = trained.description;
  const description = { ...kept, classes, classNames: [...classNames] };
  const whole = createModel(description.net, description);
  // The last layer is what depends on the number of classes.
  const other = createModel(description.net, { ...description, classes: classes + 1 });
  const shapes = new Map(other.parameters.map(({ name, shape }) => [name, shape.join()]));
  const head = whole.parameters.filter(({ name, shape }) => shapes.get(name) !== shape.join());
  const frozen = [...whole.parameters.filter((spec) => !head.includes(spec)), ...whole.state];
  const body = pick(trained.weights, frozen);
  return {
    description,
    model: { ...whole, parameters: head, state: [] },
    body,
    method: ({ model }) => ({
      name: 'linear-probe',
      // Not that of students: theirs has a head of the same names and, often, the same seed.
      initScope: 'init/linear-probe',
      fixed: body,
      loss({ weights, fixed, images, labels }) {
        const { logits } = model.forward({ ...fixed, ...weights }, images, 'eval');
        return { loss: crossEntropy(logits, labels), logits, state: {} };
      },
    }),
  };
}
