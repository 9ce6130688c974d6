import type { Resources } from '../pipeline/pipeline.ts';
import { type Allocation, type Machine, Slots } from '../run/resources.ts';

/** A cell that runs, with what is estimated of it. */
export interface ScheduledCell {
  readonly id: string;
  readonly needs: readonly string[];
  readonly resources: Resources;
  readonly seconds: number;
  /** Bytes. */
  readonly memory: number;
}

export interface Schedule {
  /** From the start of the first cell to the end of the last. */
  readonly seconds: number;
  /** The longest chain of cells that need one another: no number of nodes is faster. */
  readonly chain: number;
  /** The most memory that the cells of a node use at the same time, in bytes. */
  readonly memory: number;
}

export interface Nodes {
  /** Each node is such a machine. */
  readonly machine: Machine;
  /** Cells that run at a time on a node, if they fit. */
  readonly jobs: number;
  readonly count: number;
}

interface Node {
  readonly slots: Slots;
  running: number;
  memory: number;
}

interface Running {
  readonly cell: ScheduledCell;
  readonly node: Node;
  readonly allocation: Allocation;
  readonly ends: number;
}

/**
 * How long cells take if each starts as soon as those that it needs have ended and a node has room, as `run` starts them:
 * of those that are ready, the first that fits.
 * @param cells each after those that it needs; needs that are not among them have ended before
 */
export function schedule(cells: readonly ScheduledCell[], { machine, jobs, count }: Nodes): Schedule {
  const nodes = Array.from(
    { length: count },
    (): Node => ({ slots: new Slots(machine), running: 0, memory: 0 }),
  );
  const ids = new Set(cells.map(({ id }) => id));
  const ended = new Set<string>();
  const isReady = ({ needs }: ScheduledCell) => needs.every((need) => ended.has(need) || !ids.has(need));
  let waiting = cells.filter((cell) => !isReady(cell));
  let ready = cells.filter(isReady);
  let running: Running[] = [];
  let [now, memory] = [0, 0];
  while (ready.length > 0 || running.length > 0) {
    ready = ready.filter((cell) => {
      const started = start(cell, nodes, { machine, jobs, now });
      if (started) running.push(started);
      memory = Math.max(memory, started?.node.memory ?? 0);
      return started === undefined;
    });
    now = Math.min(...running.map(({ ends }) => ends));
    for (const { cell, node, allocation } of running.filter(({ ends }) => ends === now)) {
      ended.add(cell.id);
      node.slots.give(allocation);
      node.running -= 1;
      node.memory -= cell.memory;
    }
    running = running.filter(({ ends }) => ends > now);
    ready.push(...waiting.filter(isReady));
    waiting = waiting.filter((cell) => !isReady(cell));
  }
  return { seconds: now, chain: longestChain(cells), memory };
}

function start(
  cell: ScheduledCell,
  nodes: readonly Node[],
  { machine, jobs, now }: { readonly machine: Machine; readonly jobs: number; readonly now: number },
): Running | undefined {
  const wanted = withinMachine(cell.resources, machine);
  const node = nodes.find(({ slots, running }) => running < jobs && slots.fits(wanted));
  if (!node) return undefined;
  node.running += 1;
  node.memory += cell.memory;
  return { cell, node, allocation: node.slots.take(wanted), ends: now + cell.seconds };
}

/** A cell gets no more than there is. */
function withinMachine({ cpu, memory, gpu }: Resources, machine: Machine): Resources {
  return {
    cpu: Math.min(cpu, machine.cpu),
    memory: Math.min(memory, machine.memory),
    gpu: Math.min(gpu, machine.gpus.length),
  };
}

function longestChain(cells: readonly ScheduledCell[]): number {
  const ends = new Map<string, number>();
  for (const { id, needs, seconds } of cells)
    ends.set(id, Math.max(0, ...needs.map((need) => ends.get(need) ?? 0)) + seconds);
  return Math.max(0, ...ends.values());
}
