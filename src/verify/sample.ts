import { sha256 } from '../cache/digest.ts';

/** How many cells to draw: a share of each stage in percent, or a number of cells. */
export type Sample = { readonly percent: number } | { readonly cells: number };

interface Drawable {
  readonly id: string;
  readonly stage: string;
}

/**
 * Draws cells by chance, from every stage if that is possible. The same seed draws the same cells. The draw of a stage
 * does not depend on other stages or on the order of cells.
 *
 * A share is taken of each stage and rounded up, so that each has at least one cell. A number is spread over the stages
 * in proportion to their cells, after one for each; with fewer cells than stages, chance decides which stages have one.
 * @returns the ids
 */
export function drawCells(cells: readonly Drawable[], sample: Sample, seed: number): Set<string> {
  const stages = new Map<string, string[]>();
  for (const { id, stage } of cells) stages.set(stage, [...(stages.get(stage) ?? []), id]);
  const sizes = new Map([...stages].map(([stage, ids]) => [stage, ids.length]));
  const counts =
    'percent' in sample
      ? shareOf(sizes, sample.percent)
      : spread(sizes, Math.min(sample.cells, cells.length), seed);
  return new Set([...stages].flatMap(([stage, ids]) => shuffled(ids, seed).slice(0, counts.get(stage) ?? 0)));
}

function shareOf(sizes: ReadonlyMap<string, number>, percent: number): Map<string, number> {
  return new Map(
    [...sizes].map(([stage, size]) => [stage, Math.min(size, Math.ceil((size * percent) / 100))]),
  );
}

function spread(sizes: ReadonlyMap<string, number>, count: number, seed: number): Map<string, number> {
  const stages = [...sizes.keys()];
  if (count <= stages.length)
    return new Map(
      shuffled(stages, seed)
        .slice(0, count)
        .map((stage) => [stage, 1]),
    );
  const counts = new Map(stages.map((stage) => [stage, 1]));
  // One after another to the stage of which the smallest share is drawn so far.
  for (let left = count - stages.length; left > 0; left--) {
    const share = (stage: string) => (counts.get(stage) ?? 0) / (sizes.get(stage) ?? 1);
    const next = stages.reduce((best, stage) => (share(stage) < share(best) ? stage : best));
    counts.set(next, (counts.get(next) ?? 0) + 1);
  }
  return counts;
}

/** In an order that looks like chance and is the same for a seed on every machine: by a digest of seed and name. */
function shuffled(names: readonly string[], seed: number): string[] {
  const keys = new Map(names.map((name) => [name, sha256(`sample ${seed} ${name}`)]));
  return names.toSorted((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1));
}
