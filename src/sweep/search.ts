import { best, type Direction, halving, kept, promotions, type Result } from './rules.ts';

/** How a sweep decides which trials go on. */
export interface Search {
  readonly trials: number;
  /** How many rungs there are; 1 if every trial runs to its end at once. */
  readonly rungs: number;
  readonly rule: 'halving' | 'asha';
  /** The share of the trials of a rung that goes on, in (0, 1]. */
  readonly keep: number;
  readonly direction: Direction;
}

/** What a trial reached at a rung; undefined as long as it is not known. */
export type Score = number | 'diverged' | undefined;

export type ScoreOf = (rung: number, trial: number) => Score;

/** Whether a trial runs at a rung. `open` as long as scores that decide it are not known. */
export type Decision = 'runs' | 'left-out' | 'open';

/** The trial that a search chooses, and the rung where it was compared. */
export interface Choice {
  readonly trial: number;
  readonly rung: number;
  readonly score: number;
}

/**
 * Decides for each rung and each trial whether it runs. The result depends on the scores alone, not on the order in
 * which they become known: a further score never changes a decision that is not open.
 * @returns by rung, then by trial
 */
export function decide(search: Search, scoreOf: ScoreOf): Decision[][] {
  let order: readonly number[] = range(search.trials);
  /** Whether no further trial can come to the rung. */
  let isComplete = true;
  let decisions: Decision[] = order.map(() => 'runs');
  const all = [decisions];
  for (let rung = 1; rung < search.rungs; rung++) {
    const results = order.map((trial) => resultOf(trial, scoreOf(rung - 1, trial)));
    const unknown = results.indexOf(undefined);
    const known = results.slice(0, unknown < 0 ? results.length : unknown).filter((one) => one !== undefined);
    isComplete &&= unknown < 0;
    order = goOn(search, known, isComplete);
    const chosen = new Set(order);
    decisions = decisions.map((before, trial) => {
      if (chosen.has(trial)) return 'runs';
      const isOut = isComplete || before === 'left-out' || scoreOf(rung - 1, trial) === 'diverged';
      return isOut ? 'left-out' : 'open';
    });
    all.push(decisions);
  }
  return all;
}

/** @param known results in the order of the rung, without gaps */
function goOn({ rule, keep, direction }: Search, known: readonly Result[], isComplete: boolean): number[] {
  if (rule === 'asha') return promotions(known, keep, direction).filter((trial) => trial !== undefined);
  return isComplete ? halving(known, keep, direction) : [];
}

/**
 * The best trial of the highest rung where one has a score.
 * @returns undefined as long as scores are missing; `none` if all trials diverged
 */
export function choose(search: Search, scoreOf: ScoreOf): Choice | 'none' | undefined {
  const decisions = decide(search, scoreOf);
  for (let rung = search.rungs - 1; rung >= 0; rung--) {
    const row = decisions[rung] ?? [];
    const results = range(search.trials)
      .filter((trial) => row[trial] === 'runs')
      .map((trial) => resultOf(trial, scoreOf(rung, trial)));
    if (row.includes('open') || results.includes(undefined)) return undefined;
    const known = results.filter((one) => one !== undefined);
    const [trial] = best(known, search.direction, 1);
    const score = trial === undefined ? undefined : scoreOf(rung, trial);
    if (trial !== undefined && typeof score === 'number') return { trial, rung, score };
  }
  return 'none';
}

/** How many trials run at each rung at least, if none diverges, and at most. */
export function bounds({ trials, rungs, rule, keep }: Search): { least: number; most: number }[] {
  const found = [{ least: trials, most: trials }];
  while (found.length < rungs) {
    const { least, most } = found.at(-1) ?? { least: 0, most: 0 };
    // Halving lets one trial go on at least. With asha, each trial can be among the best for a while.
    if (rule === 'asha') found.push({ least: kept(least, keep), most });
    else found.push({ least: Math.max(1, kept(least, keep)), most: Math.max(1, kept(most, keep)) });
  }
  return found;
}

function resultOf(trial: number, score: Score): Result | undefined {
  if (score === undefined) return undefined;
  return score === 'diverged' ? { trial, diverged: true } : { trial, value: score };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
