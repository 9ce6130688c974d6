import type { Tensors } from '../../engine/engine.ts';

/** What an attack on a data set found. */
export interface AttackResult {
  /** In [0, 1]. */
  readonly cleanAccuracy: number;
  /** Share of examples that are classified correctly both clean and under attack, in [0, 1]. */
  readonly robustAccuracy: number;
  /**
   * For a transfer attack: the robust accuracy of the surrogate. If it is high, `robustAccuracy` says little about
   * the model, because there was little to transfer.
   */
  readonly surrogateAccuracy?: number;
  /**
   * Share of examples whose first gradient, in any attack, was exactly zero; 0 for attacks without gradients. Examples
   * that were not attacked count as others.
   */
  readonly zeroGradients: number;
  /** The same among the robust examples: the attack never moved these. 0 if no example is robust. */
  readonly zeroGradientsOfRobust: number;
  /**
   * Results of each example, in the order of the data set.
   * int32: `cleanCorrect`, `robustCorrect` (0 or 1), `predicted` (under attack).
   * float32: `cleanLoss`, `loss` (cross entropy); `adversarial` images, if requested; `distance` to the nearest
   * misclassified image, for a single attack that searches for it.
   * Examples that are wrong without an attack are not attacked: these are the results of their clean image. (In a
   * transfer attack, this holds for those that are wrong for both models.)
   * In a cascade, these come from the attack that broke the example, otherwise from the one with the largest loss. A
   * transfer attack adds `surrogateCorrect` and `surrogateLoss`. There the surrogate determines what breaks an
   * example, and distances are to its decision boundary.
   */
  readonly examples: Tensors;
  /** For a cascade: the robust accuracy after each attack that ran. It can rise only in a transfer attack. */
  readonly after?: readonly { readonly name: string; readonly robustAccuracy: number }[];
}
