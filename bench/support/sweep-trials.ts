import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { home } from '../../src/home.ts';

const pipeline = join(home, 'bench', 'support', 'sweep.yaml');
const retable = join(home, 'dist', 'retable.js');

/** Values of the axes, by name. */
export type Point = Readonly<Record<string, number>>;

/** What a training reached and took. */
export interface Trained {
  readonly value: number;
  readonly epochs: number;
  /** Of all epochs. */
  readonly flops: number;
  readonly seconds: number;
}

/** A sweep that has ended. */
export interface Searched {
  /** By trial. */
  readonly points: readonly Point[];
  readonly chosen: number;
  /** What the chosen trial reached at the end. */
  readonly value: number;
  /** All its trainings. One that goes on from an earlier rung counts only its new epochs. */
  readonly trainings: readonly Trained[];
}

export interface Place {
  readonly cache: string;
  readonly results: string;
  readonly jobs: number;
}

/** The space of the sweep and the epochs of a whole training, as the pipeline has them. */
export function readSpace(): { readonly space: Record<string, unknown>; readonly epochs: number } {
  // A file of this folder.
  const { params, sweeps } = parse(readFileSync(pipeline, 'utf8')) as {
    params: { epochs: number };
    sweeps: { weights: { space: Record<string, unknown> } };
  };
  return { space: sweeps.weights.space, epochs: params.epochs };
}

/** Runs the sweep, as far as its trials are not cached. */
export async function search(place: Place, seed: number, rule: 'halving' | 'asha'): Promise<Searched> {
  const set = { seed, rule };
  await run(place, 'sweeps.weights', set);
  // The form of `retable sweep --json`.
  const { choice, rungs, trials } = (await answer(place, ['sweep', pipeline], set)) as {
    choice: number;
    rungs: number[];
    trials: { point: Point; scores: number[] }[];
  };
  const trainings = (await table(place, 'trials', set)).map(({ key, ...values }) => {
    const rung = Number(key['trial-robustness.rung']);
    return trained(values, rung - (rungs[rungs.indexOf(rung) - 1] ?? 0));
  });
  const value = trials[choice]?.scores.at(-1) ?? Number.NaN;
  return { points: trials.map(({ point }) => point), chosen: choice, value, trainings };
}

/** Trains each point to the end, as far as it is not cached. Points may be equal. */
export async function train(
  place: Place,
  points: readonly Point[],
  epochs: number,
): Promise<readonly Trained[]> {
  const set = { points: [...new Map(points.map((point) => [JSON.stringify(point), point])).values()] };
  await run(place, 'point-robustness*', set);
  const rows = await table(place, 'points', set);
  return points.map((point) => {
    const row = rows.find(({ key }) =>
      Object.entries(point).every(([axis, value]) => key[`model.${axis}`] === value),
    );
    if (!row) throw new Error(`The table has no row for ${JSON.stringify(point)}`);
    return trained(row, epochs);
  });
}

interface Row {
  readonly key: Readonly<Record<string, unknown>>;
  readonly value: number;
  readonly epochFlops: number;
  readonly epochSeconds: number;
}

function trained({ value, epochFlops, epochSeconds }: Omit<Row, 'key'>, epochs: number): Trained {
  return { value, epochs, flops: epochs * epochFlops, seconds: epochs * epochSeconds };
}

async function table(place: Place, name: string, set: Settings): Promise<Row[]> {
  // The form of `retable table --json`.
  const { rows, cells } = (await answer(place, ['table', name, pipeline], set)) as {
    rows: Record<string, unknown>[];
    cells: { mean: number }[][];
  };
  return rows.map((key, index) => {
    const [value = 0, epochFlops = 0, epochSeconds = 0] = (cells[index] ?? []).map(({ mean }) => mean);
    return { key, value, epochFlops, epochSeconds };
  });
}

type Settings = Readonly<Record<string, unknown>>;

async function run({ results, jobs, ...place }: Place, cells: string, set: Settings): Promise<void> {
  const flags = ['--only', cells, '--jobs', String(jobs), '--results', results];
  await program({ ...place }, ['run', pipeline, ...flags], set);
}

async function answer(place: Pick<Place, 'cache'>, args: readonly string[], set: Settings): Promise<unknown> {
  return JSON.parse(await program(place, [...args, '--json'], set));
}

/** Calls retable. @returns what it printed */
async function program(
  { cache }: Pick<Place, 'cache'>,
  args: readonly string[],
  set: Settings,
): Promise<string> {
  const sets = Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${JSON.stringify(value)}`]);
  const child = spawn(process.execPath, [retable, ...args, ...sets, '--cache', cache], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [printed, mistakes, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(`retable ${args.join(' ')} ended with ${code}:\n${mistakes}\n${printed}`);
  return printed;
}
