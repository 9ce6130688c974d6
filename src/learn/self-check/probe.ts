import * as tf from '@tensorflow/tfjs';
import type { HostTensor } from '../../engine/engine.ts';
import { scalar } from '../../engine/host.ts';
import { softmaxCrossEntropy } from '../../engine/ops/softmax.ts';
import type { AttackBatch, Perturbed, Target } from '../attack/attacker.ts';
import { someOf } from '../attack/batch-rows.ts';
import { type Classified, type Classifier, classifier } from '../attack/classify.ts';
import { fgsmFrom } from '../attack/fgsm.ts';
import { type FreeStep, freeStep, type GradientStep } from '../attack/gradient-step.ts';
import { uniformNoiseFrom } from '../attack/noise.ts';
import { gradientPass } from '../attack/passes.ts';
import { type Ascent, pgdFrom, stepSizeOf } from '../attack/pgd.ts';
import { squareFrom } from '../attack/square.ts';
import { predictions } from '../loss/accuracy.ts';
import { margin } from '../loss/margin.ts';
import type { Allowance } from './allowance.ts';

export type ProbeObjective = 'cross-entropy' | 'margin';

export interface ProbeAttack extends Omit<Ascent, 'untilBroken'> {
  /** Default `cross-entropy`. */
  readonly objective?: ProbeObjective | undefined;
}

export interface ProbeResult {
  /** For each example of the sample, whether it is classified correctly after the attack; false if not attacked. */
  readonly robust: readonly boolean[];
  /** Clean for examples that were not attacked. */
  readonly images: HostTensor;
}

/** The objective of each example after 0, 1, … steps of the first run; empty for examples that were not attacked. */
export type Paths = readonly (readonly number[])[];

/**
 * The model on a sample of the test images, for short attacks with several objectives and epsilons. All use one
 * compiled graph, because compiling takes longer than most of them. They attack only examples that are right without
 * an attack.
 */
export class Probe {
  readonly batch: AttackBatch;
  readonly right: readonly number[];
  readonly classify: Classifier;
  readonly allowance: Allowance;
  readonly #expected: Int32Array;
  readonly #step: FreeStep;
  // Several checks use the same attack.
  readonly #known = new Map<string, Promise<ProbeResult>>();
  readonly #knownPaths = new Map<string, Promise<ProbeResult & { paths: Paths }>>();

  /**
   * @param right the rows of the batch that are right without an attack
   * @param allowance for all probes together; each fails with `TooExpensive` if it might take more than is left
   */
  constructor(target: Target, batch: AttackBatch, right: readonly number[], allowance: Allowance) {
    this.batch = batch;
    this.right = right;
    this.allowance = allowance;
    const classify = classifier(target);
    this.classify = {
      ...classify,
      run: (images, labels) => {
        allowance.take(labels.shape[0] ?? 0);
        return classify.run(images, labels);
      },
    };
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

  step(epsilon: number, objective: ProbeObjective = 'cross-entropy'): GradientStep {
    const byMargin = scalar(Number(objective === 'margin'));
    return {
      run: (images, clean, stepSize) => {
        this.allowance.take(gradientPass * (clean.labels.shape[0] ?? 0));
        return this.#step.run(images, clean, { epsilon, stepSize }, { byMargin });
      },
      dispose: async () => {},
    };
  }

  /** Classifies the clean images of the right examples, or images in their place. Undefined if there are none. */
  async lookAtRight(given?: HostTensor): Promise<Classified | undefined> {
    if (this.right.length === 0) return undefined;
    this.allowance.require(this.right.length);
    const { images, labels } = someOf(this.batch, this.right);
    return this.classify.run(given ?? images, labels);
  }

  /** l1 norms of the gradients of the right examples at their clean images. */
  async gradientNorms(objective: ProbeObjective): Promise<Float32Array> {
    if (this.right.length === 0) return new Float32Array();
    this.allowance.require(gradientPass * this.right.length);
    const batch = someOf(this.batch, this.right);
    return (await this.step(0, objective).run(batch.images, batch, 0)).gradientNorms;
  }

  fgsm(epsilon: number): Promise<ProbeResult> {
    return this.#once(`fgsm ${epsilon}`, gradientPass, (batch) =>
      fgsmFrom(this.step(epsilon), epsilon, batch),
    );
  }

  square(epsilon: number, queries: number): Promise<ProbeResult> {
    return this.#once(`square ${epsilon} ${queries}`, 1 + queries, (batch) =>
      squareFrom(this.classify, { epsilon, queries }, batch),
    );
  }

  noise(epsilon: number, draws: number): Promise<ProbeResult> {
    return this.#once(`noise ${epsilon} ${draws}`, draws, (batch) =>
      uniformNoiseFrom(this.classify, { epsilon, restarts: draws }, batch),
    );
  }

  /** PGD that leaves an example as soon as it is broken. */
  pgd(attack: ProbeAttack): Promise<ProbeResult> {
    const { epsilon, steps, objective = 'cross-entropy', restarts = 1, randomStart = true } = attack;
    const name = `pgd ${objective} ${epsilon} ${steps} ${stepSizeOf(attack)} ${restarts} ${randomStart}`;
    return this.#once(name, passesOfPgd(attack), (batch) =>
      pgdFrom(this.step(epsilon, objective), { ...attack, untilBroken: true }, batch),
    );
  }

  /**
   * PGD on some of the right examples, to the end.
   * @param rows ascending
   */
  pgdOn(rows: readonly number[], attack: ProbeAttack): Promise<ProbeResult & { paths: Paths }> {
    const name = JSON.stringify([rows, attack]);
    const known = this.#knownPaths.get(name) ?? this.#followed(rows, attack);
    this.#knownPaths.set(name, known);
    return known;
  }

  async #followed(rows: readonly number[], attack: ProbeAttack): Promise<ProbeResult & { paths: Paths }> {
    const step = this.step(attack.epsilon, attack.objective);
    const paths = Array.from(this.#expected, (): number[] => []);
    const noted: GradientStep = {
      ...step,
      run: async (...args) => {
        const found = await step.run(...args);
        for (const [place, row] of rows.entries()) {
          const path = paths[row];
          // Only of the first run, in which no row is left out.
          if (path && path.length <= attack.steps) path.push(found.objective[place] ?? Number.NaN);
        }
        return found;
      },
    };
    const run = (batch: AttackBatch) => pgdFrom(noted, attack, batch);
    return { ...(await this.#attacked(rows, passesOfPgd(attack), run)), paths };
  }

  /** @param most passes that the attack takes for one example at most */
  async #attacked(
    rows: readonly number[],
    most: number,
    run: (batch: AttackBatch) => Promise<Perturbed>,
  ): Promise<ProbeResult> {
    const images = { ...this.batch.images, data: this.batch.images.data.slice() };
    const robust = new Array<boolean>(this.size).fill(false);
    if (rows.length === 0) return { robust, images };
    this.allowance.require(rows.length * (most + 1));
    const batch = someOf(this.batch, rows);
    const found = (await run(batch)).images;
    const { predicted } = await this.classify.run(found, batch.labels);
    const size = images.data.length / this.size;
    for (const [place, row] of rows.entries()) {
      robust[row] = predicted[place] === this.#expected[row];
      images.data.set(found.data.subarray(place * size, (place + 1) * size), row * size);
    }
    return { robust, images };
  }

  #once(name: string, most: number, run: (batch: AttackBatch) => Promise<Perturbed>): Promise<ProbeResult> {
    const known = this.#known.get(name) ?? this.#attacked(this.right, most, run);
    this.#known.set(name, known);
    return known;
  }

  async dispose(): Promise<void> {
    await this.classify.dispose();
    await this.#step.dispose();
  }
}

/** The passes of PGD for one example that withstands it. */
function passesOfPgd({ steps, restarts = 1, firstRun = 0 }: ProbeAttack): number {
  return gradientPass * (steps + 1) * (restarts - firstRun);
}
