import { mean } from '../train/averages.ts';

/** The cost of one step. */
interface Cost {
  readonly seconds: number;
  /** Undefined if it cannot be counted. */
  readonly flops: number | undefined;
}

/** Into how many parts a training is divided, if its steps change on the way. */
const parts = 8;
/** How often each measured step is repeated. The median counts. */
const repeats = 3;

/**
 * The mean cost of the steps of a training. Steps are measured in the middle of the first and of the last of eight equal
 * parts and, only if these differ in FLOPs, of all parts. Steps with the same FLOPs are measured once. The first of them
 * compiles a graph, so it does not count.
 *
 * @param total number of steps
 * @param costAt takes the step at a position from 0 to `total` - 1
 * @returns `mean`: of one step; `spent`: seconds that the steps took here, without compiling
 */
export async function positionsOf(
  total: number,
  costAt: (position: number) => Promise<Cost>,
): Promise<{ readonly mean: Cost; readonly spent: number }> {
  const known = new Map<number | undefined, Cost>();
  let spent = 0;
  const measured = async (part: number): Promise<Cost> => {
    const position = Math.floor(((part + 0.5) / parts) * total);
    const { flops } = await costAt(position);
    const before = known.get(flops);
    const seconds: number[] = [];
    while (!before && seconds.length < repeats) seconds.push((await costAt(position)).seconds);
    const cost = before ?? { seconds: median(seconds), flops };
    known.set(flops, cost);
    spent += cost.seconds * (1 + seconds.length);
    return cost;
  };
  const costs = [await measured(0), await measured(parts - 1)];
  const between = Array.from({ length: parts - 2 }, (_, index) => index + 1);
  if (known.size > 1) for (const part of between) costs.push(await measured(part));
  const flops = costs.flatMap((cost) => cost.flops ?? []);
  return {
    mean: {
      seconds: mean(costs.map(({ seconds }) => seconds)),
      flops: flops.length === costs.length ? mean(flops) : undefined,
    },
    spent,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
