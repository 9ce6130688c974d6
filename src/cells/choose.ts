import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CellContext } from '../kind/kind.ts';
import { edgesOf } from '../sweep/edge.ts';
import { choose, type Search } from '../sweep/search.ts';
import type { Axis, Point } from '../sweep/space.ts';

export interface ScoredTrial {
  readonly point: Point;
  /** At each rung that it reached. */
  readonly scores: readonly (number | 'diverged')[];
}

interface Parameters extends Pick<Search, 'direction' | 'rule' | 'keep'> {
  readonly value: string;
  readonly space: readonly Axis[];
  readonly rungs: readonly number[];
  readonly trials: readonly ScoredTrial[];
}

/** Writes the choice of a sweep, with all that it follows from, to `choice.json`, and warns of what makes it doubtful. */
export async function chooseCell({
  parameters,
  output,
  values,
  warn,
}: Pick<CellContext<Parameters>, 'parameters' | 'output' | 'values' | 'warn'>): Promise<void> {
  const { trials, rungs, space, ...rule } = parameters;
  const search = { ...rule, trials: trials.length, rungs: Math.max(1, rungs.length) };
  const choice = choose(search, (rung, trial) => trials[trial]?.scores[rung]);
  if (choice === undefined || choice === 'none') throw new Error('The scores of the sweep are not complete');
  const point = trials[choice.trial]?.point ?? {};
  await writeFile(
    join(output, 'choice.json'),
    `${JSON.stringify({ ...choice, point, ...parameters }, null, 2)}\n`,
  );
  values({
    trial: choice.trial,
    score: choice.score,
    trials: trials.length,
    diverged: trials.filter(({ scores }) => scores.includes('diverged')).length,
  });
  for (const { axis, end } of edgesOf(space, point)) {
    const where = end === 'low' ? 'lowest' : 'highest';
    warn(
      'edge-of-space',
      `The chosen ${axis} (${point[axis]}) is at the ${where} end of its space: a better value may lie outside.`,
    );
  }
}
