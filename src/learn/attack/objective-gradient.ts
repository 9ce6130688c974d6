import type { HostTensor } from '../../engine/engine.ts';
import { logitDifference, targetedDlr } from '../loss/dlr.ts';
import { rank2 } from '../model/rank.ts';
import type { Target } from './attacker.ts';
import { type Findings, finiteFindings, floats, output } from './gradient-step.ts';
import { differentiate, type Objective, untargeted } from './objective.ts';

/** Objectives with a target class t; `logit-difference` is z_t - z_y. */
export type TargetedObjective = 'targeted-dlr' | 'logit-difference';

export interface GradientFindings extends Findings {
  /** Gradient of each example's objective with respect to its image; same shape as the images. */
  readonly gradient: Float32Array;
}

export interface ObjectiveGradient {
  /**
   * @param labels one-hot [count, classes]; `targets` too, which objectives without a target ignore
   * @throws Failure `not-finite` if an objective or a gradient is NaN or infinite
   */
  run(images: HostTensor, labels: HostTensor, targets?: HostTensor): Promise<GradientFindings>;
  dispose(): Promise<void>;
}

/** Compiles an objective and its gradient for one target. The attack itself makes the step. */
export function objectiveGradient(
  { engine, model, weights }: Target,
  objective: Objective | TargetedObjective,
): ObjectiveGradient {
  const compiled = engine.compile(
    `attack/gradient-${objective}`,
    ({ images, labels, targets, ...weights }) => {
      if (!images || !labels || !targets) throw new Error('An input was not given');
      const [own, other] = [rank2(labels), rank2(targets)];
      switch (objective) {
        case 'targeted-dlr':
          return differentiate(model, weights, images, (logits) => targetedDlr(logits, own, other));
        case 'logit-difference':
          return differentiate(model, weights, images, (logits) => logitDifference(logits, own, other));
        default:
          return differentiate(model, weights, images, untargeted(objective, own));
      }
    },
    { fixed: weights },
  );
  return {
    async run(images, labels, targets = labels) {
      const outputs = await compiled.run({ images, labels, targets });
      return { ...finiteFindings(outputs), gradient: floats(output(outputs, 'gradient')) };
    },
    dispose: () => compiled.dispose(),
  };
}
