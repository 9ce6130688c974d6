import { loadavg } from 'node:os';
import { estimatePlan, type PlanEstimate } from '../estimate/estimate.ts';
import { type Machines, timeOf } from '../estimate/summary.ts';
import { Failure } from '../failure.ts';
import type { Assumed } from '../kind/estimate.ts';
import { planCells } from '../plan/plan.ts';
import { selectCells } from '../plan/select.ts';
import { LocalExecutor } from '../run/local-executor.ts';
import { type Machine, thisMachine } from '../run/resources.ts';
import { type Asked, noteLines, stageLines, type Times, timeLines } from './estimate-text.ts';
import type { OpenPipeline, PipelineFlags } from './workspace.ts';

/** What is assumed without a flag. Ours: about what a robust model reaches on CIFAR-10. */
const usual: Assumed = { classified: 0.8, withstand: 0.5 };

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
