import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { PlanEstimate } from '../estimate/estimate.ts';
import type { Range, Sums, Time } from '../estimate/summary.ts';
import type { Assumed } from '../kind/estimate.ts';
import { inColumns } from '../report/columns.ts';
import type { Machine } from '../run/resources.ts';

/** What the user asked an estimate for. */
export interface Asked {
  readonly assumed: Assumed;
  readonly nodes: number;
  /** FLOP/s of another machine. */
  readonly speed: number | undefined;
}

/** How long a plan takes on the machines that were asked for. */
export interface Times {
  readonly here: Time;
  readonly alone: Time;
  readonly nodes: Time | null;
  readonly atSpeed: Time | null;
}

/** A table of the cost of each stage, and in total. */
export function stageLines({ stages, total, cells }: PlanEstimate): string[] {
  const head = ['stage', 'from', 'cells', 'processor time', 'FLOPs', 'memory', 'disk'];
  const from = (stage: string) => {
    const words = new Set(cells.filter(({ cell }) => cell.stage === stage).map(({ by }) => WORDS[by]));
    return [...words].join(', ');
  };
  const row = (name: string, by: string, sums: Sums) => [
    name,
    by,
    ranged(sums.cells, String),
    sums.unknown === sums.cells.most && sums.unknown > 0 ? '?' : ranged(sums.processor, duration),
    sums.uncounted === sums.cells.most && sums.uncounted > 0 ? '?' : ranged(sums.flops, flopsText),
    sums.memory > 0 ? prettyBytes(sums.memory) : '?',
    ranged(sums.disk, prettyBytes),
  ];
  const rows = stages.map((one) => row(one.stage, from(one.stage), one));
  return inColumns([head, ...rows, row('total', '', total)], 2);
}

const WORDS = { like: 'cells that ran', measured: 'a few steps', unknown: 'unknown' } as const;

export function timeLines(
  { here, alone, nodes, atSpeed }: Times,
  { nodes: count, speed = 0 }: Asked,
  jobs: number,
): string[] {
  const line = (what: string, { seconds, chain, memory }: Time) =>
    `${what}: ${ranged(seconds, duration)}; the longest chain of cells takes ${ranged(chain, duration)}; ${prettyBytes(memory)} of memory at a time`;
  return [
    line(`this machine as busy as now, ${jobs} at a time`, here),
    line('if it does nothing else', alone),
    ...(nodes ? [line(`${count} such nodes`, nodes)] : []),
    ...(atSpeed ? [line(`a machine that reaches ${flopsText(speed)}/s, one cell at a time`, atSpeed)] : []),
  ];
}

/** What a reader of the numbers must know. */
export function noteLines(
  { cells, running, total }: PlanEstimate,
  { assumed, speed }: Asked,
  { load, machine, memory }: { readonly load: number; readonly machine: Machine; readonly memory: number },
): string[] {
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  const lines: string[] = [];
  if (cells.some(({ cell, by }) => by === 'measured' && cell.kind === 'attack'))
    lines.push(
      `assumed of attacks: ${percent(assumed.classified)} of the images are classified correctly, and ${percent(assumed.withstand)} of these withstand (--classified, --withstand)`,
    );
  if (load > machine.cpu) lines.push(`the machine is busy: load ${load.toFixed(1)} on ${machine.cpu} cores`);
  if (memory > machine.memory)
    lines.push(
      `this machine has ${prettyBytes(machine.memory)} of memory: let fewer cells run at a time (--jobs), or a smaller batch-size`,
    );
  const whys = new Map<string, number>();
  for (const { cell, cost, why = '' } of cells)
    if (cost === undefined && running.most.has(cell.id))
      whys.set(`${cell.stage}: ${why}`, (whys.get(`${cell.stage}: ${why}`) ?? 0) + 1);
  for (const [why, count] of whys)
    lines.push(`not known, and in no sum: ${count} ${count === 1 ? 'cell' : 'cells'} of ${why}`);
  const uncounted = total.uncounted - total.unknown;
  if (uncounted > 0)
    lines.push(
      `the FLOPs of ${uncounted} ${uncounted === 1 ? 'cell is' : 'cells are'} not known${speed === undefined ? '' : '; at the given speed, they count as long as here'}`,
    );
  return lines;
}

/** `3m 20s`, or `3m 20s to 1h 2m` where it depends on sweeps. */
function ranged({ least, most }: Range, text: (value: number) => string): string {
  const [from, to] = [text(least), text(most)];
  return from === to ? to : `${from} to ${to}`;
}

/** An estimate is not known to more than its two largest units: `40d 23h`. */
function duration(seconds: number): string {
  return prettyMilliseconds(seconds * 1000, { unitCount: 2, secondsDecimalDigits: seconds < 10 ? 1 : 0 });
}

/** `1.2 TFLOP`. */
function flopsText(flops: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z'];
  const power = flops < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(flops) / 3));
  return `${(flops / 1000 ** power).toPrecision(3)} ${units[power] ?? ''}FLOP`;
}
