import type { HostTensor } from '../../engine/engine.ts';
import { rank2 } from '../model/rank.ts';
import { anyRows } from './any-rows.ts';
import type { Target } from './attacker.ts';
import { type Findings, finiteFindings, floats, output } from './gradient-step.ts';
import { differentiate, valuesOf } from './objective.ts';

export interface GradientFindings extends Findings {
  /** Gradient of each example's z_t - z_y with respect to its image; same shape as the images. */
  readonly gradient: Float32Array;
}

export interface DifferenceGradient {
  /**
   * @param labels one-hot [count, classes]; `targets` too
   * @throws Failure `not-finite` if a difference or a gradient is NaN or infinite
   */
  run(images: HostTensor, labels: HostTensor, targets: HostTensor): Promise<GradientFindings>;
  dispose(): Promise<void>;
}

/** Compiles z_t - z_y, for a target class t, and its gradient for one target. The attack itself makes the step. */
export function differenceGradient({ engine, model, weights }: Target): DifferenceGradient {
  const compiled = anyRows(
    engine,
    'attack/gradient-logit-difference',
    ({ images, labels, targets, ...weights }) => {
      if (!images || !labels || !targets) throw new Error('An input was not given');
      const values = valuesOf('logit-difference', rank2(labels), rank2(targets));
      return differentiate(model, weights, images, values);
    },
    { fixed: weights },
  );
  return {
    async run(images, labels, targets) {
      const outputs = await compiled.run({ images, labels, targets });
      return { ...finiteFindings(outputs), gradient: floats(output(outputs, 'gradient')) };
    },
    dispose: () => compiled.dispose(),
  };
}
