import { startPython } from './python-script.ts';
import { type Place, type Point, type Trained, train } from './sweep-trials.ts';

/** Optuna's samplers, as `sweep_optuna.py` names them. */
export const SAMPLERS = ['RandomSampler', 'TPESampler'] as const;
export type Sampler = (typeof SAMPLERS)[number];

/** What the trials of a study reached, in their order. */
export interface Study {
  readonly sampler: Sampler;
  readonly seed: number;
  readonly trials: readonly Trained[];
}

export interface Optuna {
  readonly version: string;
  readonly studies: readonly Study[];
}

/**
 * A study for each sampler and seed. Within a study each trial waits for the one before; the studies go on together, so
 * that their trials can run at the same time. Undefined where no Python has Optuna.
 * @param trials of each study
 */
export async function searchWithOptuna(
  place: Place,
  { space, epochs }: { space: object; epochs: number },
  seeds: readonly number[],
  trials: number,
): Promise<Optuna | undefined> {
  const optuna = await startPython('sweep_optuna.py', 'optuna', { given: [JSON.stringify(space)] });
  if (!optuna) return undefined;
  let studies: Study[] = SAMPLERS.flatMap((sampler) => seeds.map((seed) => ({ sampler, seed, trials: [] })));
  for (let trial = 0; trial < trials; trial++) {
    const points: Point[] = [];
    for (const { sampler, seed, trials } of studies) {
      const value = trials.at(-1)?.value ?? null;
      const answered = await optuna.ask({ sampler, seed, value });
      // Printed by that script alone.
      points.push(answered.point as Point);
    }
    const reached = await train(place, points, epochs);
    studies = studies.map((study, index) => ({
      ...study,
      trials: [...study.trials, ...reached.slice(index, index + 1)],
    }));
    console.error(`Optuna: trial ${trial + 1} of ${trials}`);
  }
  optuna.stop();
  return { version: optuna.version, studies };
}
