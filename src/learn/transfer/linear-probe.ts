import type { Tensors } from '../../engine/engine.ts';
import { crossEntropy } from '../loss/cross-entropy.ts';
import type { ModelDescription } from '../model/artifact.ts';
import { pick } from '../model/fit.ts';
import type { Model } from '../model/model.ts';
import { createModel } from '../model/models.ts';
import type { MethodBuilder } from '../train/method.ts';

/** A trained model that gets a new last layer. */
export interface LinearProbe {
  /** The model after training, without its weights. */
  readonly description: ModelDescription;
  /** The model for training: only the last layer is a parameter; `forward` also needs the tensors of the body. */
  readonly model: Model;
  /** All other tensors, unchanged. */
  readonly body: Tensors;
  /** The training of `model`. */
  readonly method: MethodBuilder;
}

/**
 * Linear probing: softmax regression with cross entropy on the features of a frozen body in `eval` mode. Chan et al.
 * 2020 (CVPR) use it to fit a teacher to the classes of another data set. The normalisation does not change.
 * @param classNames classes of the new last layer
 * @throws Failure `shape-mismatch` if the weights belong to another model
 */
export function linearProbe(
  trained: { readonly description: ModelDescription; readonly weights: Tensors },
  classNames: readonly string[],
): LinearProbe {
  const classes = classNames.length;
  const { bestEpoch: _, ...kept } = trained.description;
  const description = { ...kept, classes, classNames: [...classNames] };
  const whole = createModel(description.net, description);
  // The last layer is the one that depends on the number of classes.
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
      // Different from that of students, which have a head with the same names and often the same seed.
      initScope: 'init/linear-probe',
      fixed: body,
      loss({ weights, fixed, images, labels }) {
        const { logits } = model.forward({ ...fixed, ...weights }, images, 'eval');
        return { loss: crossEntropy(logits, labels), logits, state: {} };
      },
    }),
  };
}
