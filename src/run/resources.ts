import { execFileSync } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { Failure } from '../failure.ts';
import type { Cell, Resources } from '../pipeline/pipeline.ts';

/** The resources of the machine that cells can use. */
export interface Machine {
  /** Slots, one for each thread. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Ids as CUDA_VISIBLE_DEVICES takes them. */
  readonly gpus: readonly string[];
}

/** The resources that a running cell was given. */
export interface Allocation {
  readonly cpu: number;
  readonly memory: number;
  readonly gpus: readonly string[];
}

export const none: Allocation = { cpu: 0, memory: 0, gpus: [] };

/** This machine. GPUs are looked for only if a cell asks for one. */
export function thisMachine(cells: readonly Cell[]): Machine {
  const wantsGpu = cells.some((cell) => cell.resources.gpu > 0);
  return { cpu: availableParallelism(), memory: totalmem(), gpus: wantsGpu ? visibleGpus() : [] };
}

function visibleGpus(): string[] {
  const { CUDA_VISIBLE_DEVICES } = process.env;
  if (CUDA_VISIBLE_DEVICES !== undefined)
    return CUDA_VISIBLE_DEVICES.split(',').filter((id) => id !== '' && id !== '-1');
  try {
    const list = execFileSync('nvidia-smi', ['-L'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return [...list.matchAll(/^GPU (\d+):/gm)].map((match) => match[1] ?? '0');
  } catch {
    // Without a driver there are no GPUs.
    return [];
  }
}

/**
 * Limits the resources that a cell asks for to those of the machine: threads and memory are reduced to what there is.
 * @throws Failure `too-few-gpus`
 */
export function fitted(cell: Cell, machine: Machine): Resources {
  if (cell.resources.gpu > machine.gpus.length) {
    throw new Failure(
      'too-few-gpus',
      `${cell.id} asks for ${cell.resources.gpu} GPU(s), but this process can see ${machine.gpus.length}.`,
      {
        hint: 'Check CUDA_VISIBLE_DEVICES, or lower `resources.gpu` of the stage.',
      },
    );
  }
  return {
    cpu: Math.min(cell.resources.cpu, machine.cpu),
    memory: Math.min(cell.resources.memory, machine.memory),
    gpu: cell.resources.gpu,
  };
}

/** Hands out slots and takes them back. */
export class Slots {
  #cpu: number;
  #memory: number;
  readonly #gpus: string[];

  constructor({ cpu, memory, gpus }: Machine) {
    this.#cpu = cpu;
    this.#memory = memory;
    this.#gpus = [...gpus];
  }

  /** True if not even the smallest cell would fit. */
  get full(): boolean {
    return this.#cpu < 1;
  }

  /** Whether a cell that needs these resources can start now. */
  fits({ cpu, memory, gpu }: Resources): boolean {
    return cpu <= this.#cpu && memory <= this.#memory && gpu <= this.#gpus.length;
  }

  take({ cpu, memory, gpu }: Resources): Allocation {
    this.#cpu -= cpu;
    this.#memory -= memory;
    return { cpu, memory, gpus: this.#gpus.splice(0, gpu) };
  }

  give({ cpu, memory, gpus }: Allocation): void {
    this.#cpu += cpu;
    this.#memory += memory;
    this.#gpus.unshift(...gpus);
  }
}
