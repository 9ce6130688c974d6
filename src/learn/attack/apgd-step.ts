import * as tf from '@tensorflow/tfjs';
import type { HostTensor } from '../../engine/engine.ts';
import { scalar } from '../../engine/host.ts';
import type { Batch } from '../data/batch.ts';
import { rank2 } from '../model/rank.ts';
import { anyRows } from './any-rows.ts';
import type { Target } from './attacker.ts';
import { type Findings, finiteFindings, output } from './gradient-step.ts';
import { differentiate, type Objective, type TargetedObjective, valuesOf } from './objective.ts';

/** Where an ascent is: of each example, in the shape of the images. */
export interface ApgdPoint {
  readonly images: HostTensor;
  readonly gradient: HostTensor;
}

/** How far each example moves: one number for each, [batch]. */
export interface ApgdMove {
  readonly stepSize: HostTensor;
  /** Weight of the last change, in [0, 1]. */
  readonly momentum: HostTensor;
}

export interface ApgdStep {
  /**
   * Moves from a point and differentiates the objective there.
   * @param previous the images before those of `from`
   * @param clean `images` are the centres of the balls
   * @param targets one-hot like the labels; objectives without a target ignore it
   * @throws Failure `not-finite` if an objective or a gradient is NaN or infinite
   */
  run(
    from: ApgdPoint,
    previous: HostTensor,
    move: ApgdMove,
    clean: Batch,
    targets?: HostTensor,
  ): Promise<ApgdPoint & Findings>;
  dispose(): Promise<void>;
}

/** The update of APGD and the gradient at its result, in one graph, compiled for one target. */
export function apgdStep(
  { engine, model, weights }: Target,
  epsilon: number,
  objective: Objective | TargetedObjective,
): ApgdStep {
  const compiled = anyRows(
    engine,
    `attack/apgd-${objective}`,
    ({ images, gradient, previous, origin, stepSize, momentum, epsilon, labels, targets, ...weights }) => {
      if (!images || !gradient || !previous || !origin || !stepSize || !momentum || !epsilon)
        throw new Error('An input was not given');
      if (!labels || !targets) throw new Error('An input was not given');
      const inBall = (points: tf.Tensor) =>
        tf.clipByValue(
          tf.minimum(tf.maximum(points, tf.sub(origin, epsilon)), tf.add(origin, epsilon)),
          0,
          1,
        );
      const each = (values: tf.Tensor) => tf.reshape(values, [-1, 1, 1, 1]);
      const share = each(momentum);
      // Equations 1 and 2 of Croce and Hein (2020); `momentum` is their 1 - alpha.
      const ahead = inBall(tf.add(images, tf.mul(each(stepSize), tf.sign(gradient))));
      const moved = tf.add(
        tf.mul(tf.sub(1, share), tf.sub(ahead, images)),
        tf.mul(share, tf.sub(images, previous)),
      );
      const next = inBall(tf.add(images, moved));
      const values = valuesOf(objective, rank2(labels), rank2(targets));
      return { ...differentiate(model, weights, next, values), images: next };
    },
    { fixed: weights },
  );
  return {
    async run(
      { images, gradient },
      previous,
      { stepSize, momentum },
      { images: origin, labels },
      targets = labels,
    ) {
      const outputs = await compiled.run({
        images,
        gradient,
        stepSize,
        momentum,
        previous,
        origin,
        labels,
        targets,
        epsilon: scalar(epsilon),
      });
      const found = finiteFindings(outputs);
      return { ...found, images: output(outputs, 'images'), gradient: output(outputs, 'gradient') };
    },
    dispose: () => compiled.dispose(),
  };
}
