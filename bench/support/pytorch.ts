import { execFileSync, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface PyTorchWork {
  readonly work: string;
  readonly net: string;
  readonly layout: 'nchw' | 'channels_last';
  readonly batch: number;
  readonly steps: number;
}

/** A Python process that does the same works and says how many seconds they took. */
export interface PyTorch {
  run(work: PyTorchWork): Promise<number>;
  stop(): void;
}

// A Python of the user's own may hide the one that the system's packages belong to.
const pythons = ['python3', '/usr/bin/python3'];

/** Undefined, with a word on standard error, where no Python has PyTorch. */
export async function startPyTorch(threads: number): Promise<PyTorch | undefined> {
  const python = pythons.find(hasTorch);
  if (python === undefined) {
    console.error('(PyTorch is not installed here: left out)');
    return undefined;
  }
  // dist/bench/engine.js is run; the script stays beside its source.
  const script = join(
    dirname(fileURLToPath(import.meta.url)),
    '..',
    '..',
    'bench',
    'support',
    'engine_pytorch.py',
  );
  const child = spawn(python, [script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    const { done, value } = await lines.next();
    if (done) throw new Error('PyTorch ended before it answered');
    // Printed by engine_pytorch.py alone.
    return JSON.parse(value) as Record<string, unknown>;
  };
  const { version } = await answer();
  console.error(`PyTorch ${version}, ${threads} threads`);
  return {
    run: async (work) => {
      child.stdin.write(`${JSON.stringify(work)}\n`);
      return Number((await answer()).seconds);
    },
    stop: () => child.stdin.end(),
  };
}

function hasTorch(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
