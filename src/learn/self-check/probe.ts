import * as tf from '@tensorflow/tfjs';
import type { HostTensor } from '../../engine/engine.ts';
import { scalar } from '../../engine/host.ts';
import { softmaxCrossEntropy } from '../../engine/ops/softmax.ts';
import type { AttackBatch, Perturbed, Target } from '../attack/attacker.ts';
import { type Classified, type Classifier, classifier } from '../attack/classify.ts';
import { fgsmFrom } from '../attack/fgsm.ts';
import { type FreeStep, freeStep, type GradientStep } from '../attack/gradient-step.ts';
import { uniformNoiseFrom } from '../attack/noise.ts';
import { type Ascent, pgdFrom, stepSizeOf } from '../attack/pgd.ts';
import { squareFrom } from '../attack/square.ts';
import { predictions } from '../loss/accuracy.ts';
import { margin } from '../loss/margin.ts';

export type ProbeObjective = 'cross-entropy' | 'margin';

export interface ProbeAttack extends Ascent {
  /** Default `cross-entropy`. */
  readonly objective?: ProbeObjective | undefined;
}

export interface ProbeResult {
  /** For each example of the sample, whether it is classified correctly after the attack. */
  readonly robust: readonly boolean[];
  readonly images: HostTensor;
  /** The objective of each example after 0, 1, … steps of the first run. */
  readonly path: readonly Float32Array[];
}

/**
 * The model on a sample of the test images, for short attacks with several objectives and epsilons. All use one
 * compiled graph, because compiling takes longer than most of them.
 */
export class Probe {
  readonly batch: AttackBatch;
  readonly classify: Classifier;
  readonly #expected: Int32Array;
  readonly #step: FreeStep;
  readonly #known = new Map<string, Promise<ProbeResult>>();

  constructor(target: Target, batch: AttackBatch) {
    this.batch = batch;
    this.classify = classifier(target);
    this.#expected = predictions(batch.labels);
    this.#step = freeStep(target, 'self-check/step', (labels, { byMargin }) => {
      if (!byMargin) throw new Error('An input was not given');
      return (logits) => {
        const entropy = tf.mul(softmaxCrossEntropy(logits, labels), tf.sub(1, byMargin));
        return tf.sub(entropy, tf.mul(margin(logits, labels), byMargin));
      };
    });
  }

  get size(): number {
    return this.#expected.length;
  }

  /** The class of each example. */
  get labels(): Int32Array {
    return this.#expected;
  }

  isRight(predicted: Int32Array): boolean[] {
    return Array.from(this.#expected, (label, row) => predicted[row] === label);
  }

  step(epsilon: number, objective: ProbeObjective = 'cross-entropy'): GradientStep {
    const byMargin = scalar(Number(objective === 'margin'));
    return {
      run: (images, clean, stepSize) => this.#step.run(images, clean, { epsilon, stepSize }, { byMargin }),
      dispose: async () => {},
    };
  }

  /** Classifies the sample, or other images in its place. */
  look(images: HostTensor = this.batch.images): Promise<Classified> {
    return this.classify.run(images, this.batch.labels);
  }

  fgsm(epsilon: number): Promise<ProbeResult> {
    return this.#once(`fgsm ${epsilon}`, () => fgsmFrom(this.step(epsilon), epsilon, this.batch));
  }

  square(epsilon: number, queries: number): Promise<ProbeResult> {
    return this.#once(`square ${epsilon} ${queries}`, () =>
      squareFrom(this.classify, { epsilon, queries }, this.batch),
    );
  }

  noise(epsilon: number, draws: number): Promise<ProbeResult> {
    return this.#once(`noise ${epsilon} ${draws}`, () =>
      uniformNoiseFrom(this.classify, { epsilon, restarts: draws }, this.batch),
    );
  }

  pgd(attack: ProbeAttack): Promise<ProbeResult> {
    const path: Float32Array[] = [];
    const { epsilon, steps, objective = 'cross-entropy', restarts = 1, randomStart = true } = attack;
    return this.#once(
      `pgd ${objective} ${epsilon} ${steps} ${stepSizeOf(attack)} ${restarts} ${randomStart}`,
      () => {
        const step = this.step(epsilon, objective);
        const noted: GradientStep = {
          ...step,
          run: async (...args) => {
            const found = await step.run(...args);
            if (path.length <= steps) path.push(found.objective);
            return found;
          },
        };
        return pgdFrom(noted, attack, this.batch);
      },
      path,
    );
  }

  async #judged(images: HostTensor, path: readonly Float32Array[]): Promise<ProbeResult> {
    const { predicted } = await this.look(images);
    return { robust: this.isRight(predicted), images, path };
  }

  /** Several checks use the same attack. */
  #once(
    name: string,
    run: () => Promise<Perturbed>,
    path: readonly Float32Array[] = [],
  ): Promise<ProbeResult> {
    const known = this.#known.get(name) ?? run().then(({ images }) => this.#judged(images, path));
    this.#known.set(name, known);
    return known;
  }

  async dispose(): Promise<void> {
    await this.classify.dispose();
    await this.#step.dispose();
  }
}
