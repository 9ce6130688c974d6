import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../cache/digest.ts';
import { temporaryFolder } from '../cache/temporary-folder.ts';
import { asFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Asked, Assumed, CellCost } from '../kind/estimate.ts';
import type { NeededCell, Places } from '../kind/kind.ts';
import type { Cell } from '../pipeline/pipeline.ts';
import type { LoadedEngine } from '../plan/engine-key.ts';
import type { LoadedEstimate } from '../plan/estimates.ts';
import { executeJob } from '../run/execute-job.ts';
import type { Executor } from '../run/executor.ts';
import type { Job } from '../run/job.ts';
import type { Machine } from '../run/resources.ts';

/** What a cell costs on this machine. */
export interface Cost extends Pick<CellCost, 'flops' | 'disk'> {
  /** Processor seconds of its steps, in all threads. */
  readonly steps: number;
  /** Processor seconds to start its process, load code and compile. */
  readonly start: number;
  /** Seconds for each processor second: more on a busy machine, less with several threads. */
  readonly pace: number;
  /** Processor seconds of the process that measured it, by which its pace counts. */
  readonly used: number;
  /** Bytes; undefined if unknown. */
  readonly memory: number | undefined;
}

export type Measured = Cost | { readonly unknown: string };

export interface MeasureOptions {
  readonly estimateOf: (kind: string) => Promise<LoadedEstimate | undefined>;
  readonly engine: LoadedEngine | null;
  readonly places: Places;
  readonly machine: Machine;
  /** Measuring processes at a time: as many as cells run at a time, because they slow each other down. */
  readonly jobs: number;
  readonly executor: Executor;
  readonly assumed: Assumed;
  readonly signal: AbortSignal;
  /** Called after each measuring process. */
  readonly onMeasured: (done: number, total: number) => void;
}

/** A cell to measure, and the same as kinds see it. */
export interface ToMeasure {
  readonly cell: Cell;
  readonly needed: NeededCell;
}

/** Measures the costs of cells, in the order given. Those that are alike for their kind are measured once. */
export async function measureCosts(
  cells: readonly ToMeasure[],
  options: MeasureOptions,
): Promise<readonly Measured[]> {
  const groups = new Map<string, { readonly run: () => Promise<Measured>; found?: Measured }>();
  const keys: string[] = [];
  for (const one of cells) {
    const { key, run } = await prepared(one, options);
    keys.push(key);
    if (!groups.has(key)) groups.set(key, { run });
  }
  const waiting = [...groups.values()];
  let [next, done] = [0, 0];
  const work = async () => {
    for (let group = waiting[next++]; group && !options.signal.aborted; group = waiting[next++]) {
      group.found = await group.run();
      options.onMeasured(++done, waiting.length);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  const found = keys.map((key): Measured => groups.get(key)?.found ?? { unknown: 'it was not measured' });
  return withCommonPace(
    found,
    cells.map(({ cell }) => cell.resources.cpu),
  );
}

/**
 * The same pace for all cells with the same number of threads: that of all their measuring processes together. One process
 * is too short to tell how busy the machine is.
 */
function withCommonPace(found: readonly Measured[], threads: readonly number[]): Measured[] {
  return found.map((one, index) => {
    if ('unknown' in one) return one;
    const same = new Set(found.filter((_, other) => threads[other] === threads[index]));
    const costs = [...same].flatMap((cost) => ('unknown' in cost ? [] : [cost]));
    const processor = costs.reduce((sum, { used }) => sum + used, 0);
    return { ...one, pace: costs.reduce((sum, { pace, used }) => sum + pace * used, 0) / processor };
  });
}

/** What a cell is like, and how to measure it. */
async function prepared(
  { cell, needed }: ToMeasure,
  options: MeasureOptions,
): Promise<{ key: string; run: () => Promise<Measured> }> {
  const { assumed, places, estimateOf } = options;
  const unknown = (why: string) => ({ key: why, run: async () => ({ unknown: why }) });
  const loaded = await estimateOf(cell.kind);
  if (!loaded) return unknown(`no cell like it has run, and the kind ${cell.kind} has no estimate`);
  const asked: Asked = { parameters: cell.parameters, needs: needed.needs, assumed };
  try {
    // The parameters of the cell are those of its kind, and so of its estimate.
    const like = loaded.estimate.like(asked as Asked<never>, places);
    const key = canonicalJson({ kind: cell.kind, cpu: cell.resources.cpu, like });
    return { key, run: () => measured(cell, asked, loaded, options) };
  } catch (error) {
    return unknown(asFailure(error).message);
  }
}

async function measured(
  cell: Cell,
  asked: Asked,
  { estimate, module }: LoadedEstimate,
  { engine, places, machine, executor, signal }: MeasureOptions,
): Promise<Measured> {
  const folder = temporaryFolder();
  const trajectory = join(folder, 'trajectory');
  const [output, scratch] = [join(folder, 'output'), join(trajectory, 'scratch')];
  for (const path of [output, scratch]) mkdirSync(path, { recursive: true });
  const cpu = Math.min(cell.resources.cpu, machine.cpu);
  const job: Job = {
    cell: cell.id,
    program: null,
    module,
    engine:
      estimate.usesEngine && engine
        ? { name: engine.identity.name, module: engine.module, threads: cpu }
        : null,
    parameters: JSON.parse(JSON.stringify(asked)) as Record<string, Json>, // with the needed cells, as plain values
    inputs: {},
    places,
    folder,
    output,
    scratch,
    trajectory,
    log: join(folder, 'log.txt'),
    events: join(folder, 'events.jsonl'),
    allocation: { cpu, memory: 0, gpus: [] },
    timeout: null,
  };
  const { exit } = await executeJob(job, { executor, signal, onEvent: () => {} });
  if (exit.state !== 'done') return { unknown: `it could not be measured: ${exit.message}` };
  const { seconds, processorSeconds = seconds, peakMemory, measurements = {} } = exit.measured;
  const { seconds: steps = 0, spent = 0, memory = 0, flops, disk } = measurements;
  return {
    steps,
    start: Math.max(0, processorSeconds - spent),
    pace: seconds / processorSeconds,
    used: processorSeconds,
    memory: peakMemory === undefined ? undefined : peakMemory + memory,
    flops,
    disk,
  };
}
