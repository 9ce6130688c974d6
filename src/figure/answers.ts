/** How a model fared with an example, as `examples.safetensors` of an attack has it. */
export interface AttackedExample {
  readonly label: number;
  /** The answer of the model under attack; for an example that was not attacked, that for its clean image. */
  readonly predicted: number | undefined;
  readonly isCleanRight: boolean | undefined;
  /** Whether the attack changed the image. */
  readonly wasMoved: boolean;
}

/** The answers of the model in words: the class, and whether it is right. */
export function answersOf(
  { label, predicted, isCleanRight, wasMoved }: AttackedExample,
  classes: readonly string[],
): { readonly clean: string; readonly underAttack: string } {
  const word = (answer: number | undefined) => {
    if (answer === undefined) return '';
    const name = classes[answer] ?? String(answer);
    return answer === label ? `${name} (right)` : `${name} (wrong)`;
  };
  // An example that is wrong without an attack keeps its clean image, so that its answer is known from there.
  const known = isCleanRight ? label : wasMoved ? undefined : predicted;
  const clean = known === undefined && isCleanRight === false ? 'wrong' : word(known);
  return { clean, underAttack: word(predicted) };
}
