import { loadavg } from 'node:os';
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import { estimatePlan, type PlanEstimate } from '../estimate/estimate.ts';
import { type Machines, type Range, type Sums, type Time, timeOf } from '../estimate/summary.ts';
import { Failure } from '../failure.ts';
import type { Assumed } from '../kind/estimate.ts';
import { planCells } from '../plan/plan.ts';
import { selectCells } from '../plan/select.ts';
import { inColumns } from '../report/columns.ts';
import { LocalExecutor } from '../run/local-executor.ts';
import { type Machine, thisMachine } from '../run/resources.ts';
import type { OpenPipeline, PipelineFlags } from './workspace.ts';

/** What is assumed without a flag. Ours: about what a robust model reaches on CIFAR-10. */
const usual: Assumed = { classified: 0.8, withstand: 0.5 };

interface Asked {
  readonly assumed: Assumed;
  readonly nodes: number;
  /** FLOP/s of another machine. */
  readonly speed: number | undefined;
}

/** `retable plan --estimate`: what the cells that would run cost. A few of their steps are measured, and nothing is changed. */
export async function printEstimate(opened: OpenPipeline): Promise<void> {
  const { pipeline, planner, cache, flags, workspace, engine } = opened;
  const asked = askedFor(flags);
  const planned = await planCells(planner, pipeline.cells);
  const selected = new Set(selectCells(pipeline.cells, flags.only).map(({ id }) => id));
  const machine = thisMachine([]);
  const jobs = Math.min(workspace.settings.jobs.value, machine.cpu);
  const load = loadavg()[0] ?? 0;
  // The folders of the measuring processes are deleted when this process ends in an orderly way.
  process.once('SIGINT', () => process.exit(130));
  const estimate = await estimatePlan({
    ...{ pipeline, cache, planned, selected, machine, jobs, engine, assumed: asked.assumed },
    places: workspace.places,
    estimateOf: (kind) => workspace.kinds.estimate(kind),
    executor: new LocalExecutor(),
    signal: new AbortController().signal,
    onMeasured: (done, total) => {
      if (!flags.json) console.error(`measured ${done} of ${total}`);
    },
  });
  const times = timesOf(estimate, asked, machine, jobs);
  if (flags.json) {
    const { stages, total, cells } = estimate;
    const by = cells.map(({ cell, by, cost, why }) => ({
      id: cell.id,
      by,
      cost: cost ?? null,
      why: why ?? null,
    }));
    const { name, profile = null } = pipeline;
    const conditions = { ...asked, speed: asked.speed ?? null, jobs, cpu: machine.cpu, load };
    console.log(JSON.stringify({ pipeline: name, profile, conditions, stages, total, times, cells: by }));
    return;
  }
  for (const line of [
    ...stageLines(estimate),
    '',
    ...timeLines(times, asked, jobs),
    ...noteLines(estimate, asked, { load, machine, memory: times.here.memory }),
  ])
    console.log(line);
}

/** @throws Failure `bad-flag` */
function askedFor({ nodes, flops, classified, withstand }: PipelineFlags): Asked {
  return {
    assumed: {
      classified: share('--classified', classified) ?? usual.classified,
      withstand: share('--withstand', withstand) ?? usual.withstand,
    },
    nodes: count('--nodes', nodes) ?? 1,
    speed: positive('--flops', flops),
  };
}

function share(flag: string, text: string | undefined): number | undefined {
  return parsed(flag, text, 'a share from 0 to 1', (value) => value >= 0 && value <= 1);
}

function count(flag: string, text: string | undefined): number | undefined {
  return parsed(flag, text, 'a whole number from 1', (value) => Number.isInteger(value) && value >= 1);
}

function positive(flag: string, text: string | undefined): number | undefined {
  return parsed(
    flag,
    text,
    'a number of FLOP/s such as 40e12',
    (value) => value > 0 && Number.isFinite(value),
  );
}

function parsed(
  flag: string,
  text: string | undefined,
  what: string,
  isValid: (value: number) => boolean,
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (isValid(value)) return value;
  throw new Failure('bad-flag', `${flag} takes ${what}, not ${text}.`);
}

interface Times {
  readonly here: Time;
  readonly alone: Time;
  readonly nodes: Time | null;
  readonly atSpeed: Time | null;
}

function timesOf(
  { cells, running }: PlanEstimate,
  { nodes, speed }: Asked,
  machine: Machine,
  jobs: number,
): Times {
  const time = (count: number, at: number, other: Omit<Machines, 'nodes'> = {}) =>
    timeOf(cells, running, { nodes: { machine, jobs: at, count }, ...other });
  return {
    here: time(1, jobs),
    alone: time(1, jobs, { alone: true }),
    nodes: nodes > 1 ? time(nodes, jobs) : null,
    // All of its speed goes into one cell at a time.
    atSpeed: speed === undefined ? null : time(1, 1, { speed }),
  };
}

function stageLines({ stages, total, cells }: PlanEstimate): string[] {
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

function timeLines(
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

function noteLines(
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
