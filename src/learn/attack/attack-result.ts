import type { Tensors } from '../../engine/engine.ts';

/** What an attack on a data set found. */
export interface AttackResult {
  /** In [0, 1]. */
  readonly cleanAccuracy: number;
  /** Share of examples that are right both clean and under attack, in [0, 1]. */
  readonly robustAccuracy: number;
  /**
   * Of a transfer attack: the robust accuracy of the surrogate itself. Where it is high, `robustAccuracy` says little of the
   * model: there was nothing to transfer.
   */
  readonly surrogateAccuracy?: number;
  /** Share of examples whose first gradient, in any attack, was all zeros; 0 for attacks without gradients. */
  readonly zeroGradients: number;
  /**
   * The same as a share of the robust examples, of which the attack never moved those; 0 where none is robust.
   */
  readonly zeroGradientsOfRobust: number;
  /**
   * Of each example, in the order of the data set: `cleanCorrect`, `robustCorrect` (0 or 1), `predicted` (under attack),
   * all int32; `cleanLoss` and `loss` (cross entropy), float32; `adversarial` images of those examples of which they were asked for; `distance` to
   * the nearest misclassified image, of a single attack that looks for it. In a cascade they are those of the attack that
   * broke the example, else of the one of the greatest loss. Of a transfer attack also `surrogateCorrect` and
   * `surrogateLoss`, which say so of the surrogate; it decides what breaks an example, and distances are to its border.
   */
  readonly examples: Tensors;
  /** Of a cascade: the robust accuracy after each attack that was run. It never rises but in a transfer attack. */
  readonly after?: readonly { readonly name: string; readonly robustAccuracy: number }[];
}
