import { mean } from '../train/averages.ts';

/** The cost of one step. */
interface Cost {
  readonly seconds: number;
  /** Undefined if it cannot be counted. */
  readonly flops: number | undefined;
}

/** Into how many parts a training is divided, if its steps change on the way. */
const parts = 8;
/** Short steps are repeated until they took so many seconds, but not more often than this. The median counts. */
const enough = { seconds: 0.5, runs: 5 };

/** The runs of steps with the same FLOPs. */
interface Same {
  readonly position: number;
  /** Seconds of each run but the first, which compiles. */
  readonly seconds: number[];
}

/**
 * The mean cost of the steps of a training. Steps are measured in the middle of the first and of the last of eight equal
 * parts and, only if these differ in FLOPs, of all parts. Steps with the same FLOPs have the same cost.
 *
 * @param total number of steps
 * @param costAt takes the step at a position from 0 to `total` - 1
 * @returns `mean`: of one step; `spent`: seconds that the steps took here, without compiling
 */
export async function positionsOf(
  total: number,
  costAt: (position: number) => Promise<Cost>,
): Promise<{ readonly mean: Cost; readonly spent: number }> {
  const kinds = new Map<Cost['flops'], Same>();
  const take = async (position: number): Promise<Cost['flops']> => {
    const { seconds, flops } = await costAt(position);
    const before = kinds.get(flops);
    if (before) before.seconds.push(seconds);
    else kinds.set(flops, { position, seconds: [] });
    return flops;
  };
  const takePart = (part: number) => take(Math.floor(((part + 0.5) / parts) * total));
  const taken = [await takePart(0), await takePart(parts - 1)];
  if (kinds.size > 1) for (let part = 1; part < parts - 1; part += 1) taken.push(await takePart(part));
  for (const { position, seconds } of kinds.values())
    while (seconds.length === 0 || (seconds.length < enough.runs && sum(seconds) < enough.seconds))
      await take(position);
  const secondsOf = (flops: Cost['flops']) => median(kinds.get(flops)?.seconds ?? []);
  const counted = taken.flatMap((flops) => flops ?? []);
  return {
    mean: {
      seconds: mean(taken.map(secondsOf)),
      flops: counted.length === taken.length ? mean(counted) : undefined,
    },
    spent: sum([...kinds].map(([flops, { seconds }]) => (seconds.length + 1) * secondsOf(flops))),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
