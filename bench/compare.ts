import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';

/** Two ways to do the same work, timed in turns in one run. Times are medians in seconds. */
export interface Comparison {
  readonly work: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  /** Ours over the peer's, repeat by repeat: below 1 is faster. */
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

/** Times both in turns, so that a drift of the machine touches both; the first turn is not counted. */
export async function compare(
  work: string,
  ours: () => Promise<number>,
  peerName: string,
  peer: () => Promise<number>,
  { repeats = 5, perItem }: { repeats?: number; perItem?: number } = {},
): Promise<Comparison> {
  const pairs: [number, number][] = [];
  for (let turn = 0; turn <= repeats; turn++) {
    const pair: [number, number] = [await ours(), await peer()];
    if (turn > 0) pairs.push(pair);
  }
  const ratios = pairs.map(([a, b]) => a / b);
  const [a, b] = [median(pairs.map((pair) => pair[0])), median(pairs.map((pair) => pair[1]))];
  return {
    work,
    ours: a,
    peer: b,
    peerName,
    ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
    ...(perItem === undefined ? {} : { overheadPerItem: ((a - b) / perItem) * 1000 }),
  };
}

function median(numbers: readonly number[]): number {
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
  const rows = comparisons.map(({ work, ours, peer, peerName, ratio, overheadPerItem }) => [
    work,
    seconds(ours),
    peerName,
    seconds(peer),
    `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)})`,
    overheadPerItem === undefined ? '' : `${overheadPerItem.toFixed(1)} ms`,
  ]);
  const head = ['work', 'retable', 'beside', 'its time', 'ratio (min-max)', 'overhead an item'];
  console.log(markdownTable([head, ...rows], { align: ['l', 'r', 'l', 'r', 'r', 'r'] }));
  const { values } = parseArgs({ options: { json: { type: 'string' } }, strict: false });
  if (typeof values.json === 'string')
    writeFileSync(values.json, `${JSON.stringify(comparisons, null, 2)}\n`);
}

function seconds(value: number): string {
  return value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(2)} s`;
}
