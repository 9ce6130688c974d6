import { Failure } from '../../failure.ts';

/** float32 rounding can take origin ± epsilon past epsilon by 6e-8. */
const tolerance = 1e-6;

/**
 * Checks the images of an attack: finite, in [0, 1], and within epsilon of the clean images.
 * @throws Failure `not-finite`, `out-of-bounds`: a bug in the attack or the engine, not in the input
 */
export function auditPerturbation(
  clean: ArrayLike<number>,
  adversarial: ArrayLike<number>,
  epsilon: number,
): void {
  let greatest = 0;
  for (let i = 0; i < clean.length; i += 1) {
    const pixel = adversarial[i] ?? Number.NaN;
    if (!Number.isFinite(pixel)) throw notFinite('pixels');
    if (pixel < 0 || pixel > 1)
      throw new Failure('out-of-bounds', `The attack left [0, 1]: it set a pixel to ${pixel}.`);
    greatest = Math.max(greatest, Math.abs(pixel - (clean[i] as number))); // i is in range
  }
  if (greatest <= epsilon + tolerance) return;
  throw new Failure('out-of-bounds', `The attack changed a pixel by ${greatest}, and epsilon is ${epsilon}.`);
}

/** The failure for NaN or infinity from a model or an attack, which a sign or an argmax would hide. */
export function notFinite(what: string): Failure {
  return new Failure('not-finite', `The ${what} under attack are not all finite.`, {
    hint: 'Check that the training of this model converged.',
  });
}

/**
 * @param epsilon for pixels in [0, 1]
 * @throws Failure `bad-attack`
 */
export function checkEpsilon(epsilon: number): void {
  if (epsilon >= 0 && epsilon <= 1) return;
  throw new Failure('bad-attack', `Epsilon is ${epsilon}; it must be in [0, 1].`, {
    hint: 'Pixels are in [0, 1]: write 8/255, not 8.',
  });
}
