import { blackBoxStronger } from './black-box.ts';
import type { Check } from './check.ts';
import { epsilonCurveRises, unboundedAttackFails } from './curve.ts';
import {
  cascadeIncomplete,
  cascadeRising,
  onlyZeroGradients,
  robustAboveClean,
  weightsChanged,
} from './figures.ts';
import { implausibleGap } from './gap.ts';
import { crossEntropyBelowMargin, zeroGradients } from './gradients.ts';
import { batchDependent, notDeterministic, probabilities } from './outputs.ts';
import { plantedAdversarial } from './planted.ts';
import { incompleteOptimisation, moreRestartsHelp, moreStepsHelp, weakerThanFgsm } from './strength.ts';
import { unstablePredictions } from './unstable.ts';

/**
 * All self-checks of an attack, in the order in which they run and are listed: those that find most with few passes
 * come first, because later ones may be skipped (see `Allowance`). Bounds and NaN are checked by `auditPerturbation`.
 */
export const checks: readonly Check[] = [
  weightsChanged,
  robustAboveClean,
  cascadeRising,
  cascadeIncomplete,
  onlyZeroGradients,
  probabilities,
  notDeterministic,
  batchDependent,
  zeroGradients,
  weakerThanFgsm,
  implausibleGap,
  unboundedAttackFails,
  moreStepsHelp,
  incompleteOptimisation,
  crossEntropyBelowMargin,
  blackBoxStronger,
  plantedAdversarial,
  unstablePredictions,
  epsilonCurveRises,
  moreRestartsHelp,
];
