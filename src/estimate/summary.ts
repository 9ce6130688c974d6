import type { Cell, CellId } from '../pipeline/pipeline.ts';
import type { Cost } from './measure.ts';
import type { RunningCells } from './running-cells.ts';
import { type Nodes, type ScheduledCell, schedule } from './schedule.ts';

/** A cell that runs or may run, with its cost or why that is not known. */
export interface CellEstimate {
  readonly cell: Cell;
  /** Where the cost is from: cells of this cache that differ only in seeds, or a few measured steps. */
  readonly by: 'like' | 'measured' | 'unknown';
  readonly cost: Cost | undefined;
  /** Why the cost is unknown. */
  readonly why?: string | undefined;
}

/** A sum over the cells that run at least, and over those that run at most. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** What some cells cost together. Costs that are not known are left out of the sums, and counted. */
export interface Sums {
  readonly cells: Range;
  /** Cells of which nothing is known, at most. */
  readonly unknown: number;
  /** Cells whose FLOPs are not known, at most. */
  readonly uncounted: number;
  /** Processor seconds, in all threads. */
  readonly processor: Range;
  readonly flops: Range;
  /** Bytes of their artifacts. */
  readonly disk: Range;
  /** Bytes of the largest cell. */
  readonly memory: number;
}

export interface StageEstimate extends Sums {
  readonly stage: string;
}

/** How long all cells take on some machines. */
export interface Time {
  readonly seconds: Range;
  /** No number of such machines takes less. */
  readonly chain: Range;
  /** Bytes that cells use at a time on one machine. */
  readonly memory: number;
}

export interface Machines {
  readonly nodes: Nodes;
  /** FLOP/s that each cell reaches instead of what was measured here. */
  readonly speed?: number | undefined;
  /** Whether the machine does nothing else. Default: it is as busy as when the costs were measured. */
  readonly alone?: boolean;
}

export function sumsOf(estimates: readonly CellEstimate[], running: RunningCells): Sums {
  const range = (of: (one: CellEstimate) => number): Range => ({
    least: sum(estimates.filter(({ cell }) => running.least.has(cell.id)).map(of)),
    most: sum(estimates.filter(({ cell }) => running.most.has(cell.id)).map(of)),
  });
  const atMost = estimates.filter(({ cell }) => running.most.has(cell.id));
  return {
    cells: range(() => 1),
    unknown: atMost.filter(({ cost }) => cost === undefined).length,
    uncounted: atMost.filter(({ cost }) => cost?.flops === undefined).length,
    processor: range(({ cost }) => processorSecondsOf(cost)),
    flops: range(({ cost }) => cost?.flops ?? 0),
    disk: range(({ cost }) => cost?.disk ?? 0),
    memory: Math.max(0, ...atMost.map(({ cost }) => cost?.memory ?? 0)),
  };
}

/** The stages in the order of their first cells. */
export function byStage(estimates: readonly CellEstimate[], running: RunningCells): StageEstimate[] {
  const stages = [...new Set(estimates.map(({ cell }) => cell.stage))];
  return stages.map((stage) => ({
    stage,
    ...sumsOf(
      estimates.filter(({ cell }) => cell.stage === stage),
      running,
    ),
  }));
}

/** How long it takes. Cells of unknown cost take no time here. */
export function timeOf(estimates: readonly CellEstimate[], running: RunningCells, machines: Machines): Time {
  const of = (ids: ReadonlySet<CellId>) => {
    const cells = estimates.filter(({ cell }) => ids.has(cell.id));
    return schedule(
      cells.map((one) => scheduled(one, machines)),
      machines.nodes,
    );
  };
  const [least, most] = [of(running.least), of(running.most)];
  return {
    seconds: { least: least.seconds, most: most.seconds },
    chain: { least: least.chain, most: most.chain },
    memory: most.memory,
  };
}

function scheduled(estimate: CellEstimate, machines: Machines): ScheduledCell {
  const { id, needs, after = [], resources } = estimate.cell;
  return {
    id,
    needs: [...Object.values(needs), ...after],
    resources,
    seconds: secondsOf(estimate, machines),
    memory: estimate.cost?.memory ?? 0,
  };
}

/** Processor seconds of a cell; 0 if unknown. */
export function processorSecondsOf(cost: Cost | undefined): number {
  return cost === undefined ? 0 : cost.start + cost.steps;
}

/**
 * Seconds of a cell; 0 if unknown. At a given speed, those of its FLOPs and of its start. Without FLOPs, those measured here.
 */
function secondsOf({ cell, cost }: CellEstimate, { speed, alone = false }: Machines): number {
  if (cost === undefined) return 0;
  const { start, steps, flops } = cost;
  // A process that is not disturbed waits for nothing but its own threads.
  const pace = alone ? Math.min(cost.pace, 1 / cell.resources.cpu) : cost.pace;
  const inSteps = speed === undefined || flops === undefined ? steps * pace : flops / speed;
  return start * pace + inSteps;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
