import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import prettyBytes from 'pretty-bytes';

/** Two ways to do the same work, timed in turns in one run. */
export interface Comparison {
  readonly work: string;
  /** Medians: seconds, or where `unit` says so a rate or bytes. */
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  readonly unit: 's' | 'images/s' | 'bytes';
  /** Ours over the peer's, repeat by repeat. Of seconds and bytes, below 1 is better; of rates, above 1. */
  readonly ratio: { readonly median: number; readonly min: number; readonly max: number };
  /** Milliseconds that ours takes beyond the peer, for each of many items. */
  readonly overheadPerItem?: number;
}

/** Seconds that some work takes. `prepare` is not counted. */
export async function timed(work: () => unknown, prepare: () => unknown = () => {}): Promise<number> {
  await prepare();
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/**
 * Measures several works in turns, so that a drift of the machine touches all; the first turn is not counted.
 * @returns for each work, its seconds (or what else it measures) in each turn
 */
export async function inTurns(
  works: readonly (() => Promise<number>)[],
  repeats: number,
  { uncounted = 1 }: { uncounted?: number } = {},
): Promise<readonly number[][]> {
  const figures = works.map((): number[] => []);
  for (let turn = -uncounted; turn < repeats; turn++) {
    for (const [index, work] of works.entries()) {
      const figure = await work();
      if (turn >= 0) figures[index]?.push(figure);
    }
  }
  return figures;
}

/** @param ours, peer turn by turn */
export function figuresBeside(
  work: string,
  ours: readonly number[],
  peerName: string,
  peer: readonly number[],
  unit: 's' | 'bytes' = 's',
): Comparison {
  const ratio = spread(ours.map((value, turn) => value / (peer[turn] ?? Number.NaN)));
  return { work, ours: median(ours), peer: median(peer), peerName, unit, ratio };
}

/** The same as rates. @param images that each turn goes through */
export function rateBeside(
  work: string,
  ours: readonly number[],
  peerName: string,
  peer: readonly number[],
  images: number,
): Comparison {
  const ratio = spread(ours.map((value, turn) => (peer[turn] ?? Number.NaN) / value));
  const [a, b] = [images / median(ours), images / median(peer)];
  return { work, ours: a, peer: b, peerName, unit: 'images/s', ratio };
}

/** Times two works in turns. */
export async function compare(
  work: string,
  ours: () => Promise<number>,
  peerName: string,
  peer: () => Promise<number>,
  { repeats = 5, perItem }: { repeats?: number; perItem?: number } = {},
): Promise<Comparison> {
  const [a = [], b = []] = await inTurns([ours, peer], repeats);
  const comparison = figuresBeside(work, a, peerName, b);
  if (perItem === undefined) return comparison;
  return { ...comparison, overheadPerItem: ((comparison.ours - comparison.peer) / perItem) * 1000 };
}

function spread(ratios: readonly number[]): Comparison['ratio'] {
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[middle - (sorted.length % 2 === 0 ? 1 : 0)],
    sorted[middle],
  ];
  return (low + high) / 2;
}

export function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.error(`(${program} is not installed here: left out)`);
    return false;
  }
}

/** Prints the table, and writes it to the file of `--json FILE`. */
export function printComparisons(comparisons: readonly Comparison[]): void {
  const rows = comparisons.map(({ work, ours, peer, peerName, unit, ratio, overheadPerItem }) => [
    work,
    shown(ours, unit),
    peerName,
    shown(peer, unit),
    `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)})`,
    overheadPerItem === undefined ? '' : `${overheadPerItem.toFixed(1)} ms`,
  ]);
  const head = ['work', 'retable', 'beside', 'its figure', 'ratio (min-max)', 'overhead an item'];
  console.log(markdownTable([head, ...rows], { align: ['l', 'r', 'l', 'r', 'r', 'r'] }));
  const { values } = parseArgs({ options: { json: { type: 'string' } }, strict: false });
  if (typeof values.json === 'string')
    writeFileSync(values.json, `${JSON.stringify(comparisons, null, 2)}\n`);
}

function shown(value: number, unit: Comparison['unit']): string {
  if (unit === 'images/s') return `${value.toFixed(value < 100 ? 1 : 0)} images/s`;
  if (unit === 'bytes') return prettyBytes(value);
  if (value < 0.01) return `${(value * 1000).toPrecision(3)} ms`;
  return value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(2)} s`;
}
