import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { home } from '../../src/cli/home.ts';

/** PyTorch's memory layouts of images. */
export const LAYOUTS = ['nchw', 'channels_last'] as const;
export type Layout = (typeof LAYOUTS)[number];

export type PyTorchWork =
  | {
      readonly work: string;
      readonly net: string;
      readonly layout: Layout;
      readonly batch: number;
      readonly steps: number;
    }
  | { readonly work: 'call-overhead'; readonly steps: number };

export interface PyTorchAnswer {
  /** Of all steps; of `call-overhead`, the median of one call. */
  readonly seconds: number;
  /** Processor seconds of the process since its start. */
  readonly processor: number;
  /** Bytes that the process has in memory, and those that it has had at most; 0 where the kernel does not tell. */
  readonly now: number;
  readonly most: number;
}

/** A Python process that does the same works and says what they took. */
export interface PyTorch {
  readonly version: string;
  run(work: PyTorchWork): Promise<PyTorchAnswer>;
  stop(): void;
}

// A Python of the user's own may hide the one that the system's packages belong to.
const pythons = ['python3', '/usr/bin/python3'];
/** The one that was found; empty where none has PyTorch. */
let python: string | undefined;

export interface PyTorchOptions {
  /** Whether a GPU may multiply with the mantissa of TensorFloat-32, of 10 bits. */
  readonly tf32?: boolean;
  /** Whether the models are compiled by `torch.compile`. */
  readonly compile?: boolean;
}

/**
 * Undefined where no Python has PyTorch for the device.
 * @param device as PyTorch names it
 */
export async function startPyTorch(
  threads: number,
  device = 'cpu',
  { tf32 = false, compile = false }: PyTorchOptions = {},
): Promise<PyTorch | undefined> {
  const program = await startScript('engine_pytorch.py', threads, [
    device,
    ...(tf32 ? ['tf32'] : []),
    ...(compile ? ['compile'] : []),
  ]);
  return (
    program && {
      version: `${program.version}${tf32 ? ', with TF32' : ''}`,
      run: async (work) => {
        const { seconds, processor, now, most } = await program.ask(work);
        return {
          seconds: Number(seconds),
          processor: Number(processor),
          now: Number(now),
          most: Number(most),
        };
      },
      stop: program.stop,
    }
  );
}

/** A Python program that answers a line with a line. */
export interface PyTorchScript {
  readonly version: string;
  ask(question: object): Promise<Readonly<Record<string, unknown>>>;
  stop(): void;
}

/**
 * Undefined where no Python has PyTorch, or the script ends at once.
 * @param file of this folder; it prints `{"version": …}` first
 */
export async function startScript(
  file: string,
  threads: number,
  given: readonly string[] = [],
): Promise<PyTorchScript | undefined> {
  python ??= pythons.find(hasTorch) ?? '';
  if (python === '') return undefined;
  const script = join(home, 'bench', 'support', file);
  const child = spawn(python, [script, ...given], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: '1' },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown> | undefined> => {
    const { done, value } = await lines.next();
    // Printed by the script alone.
    return done ? undefined : (JSON.parse(value) as Record<string, unknown>);
  };
  const hello = await answer();
  return (
    hello && {
      version: String(hello.version),
      ask: async (question) => {
        child.stdin.write(`${JSON.stringify(question)}\n`);
        const answered = await answer();
        if (!answered) throw new Error('PyTorch ended before it answered');
        return answered;
      },
      stop: () => child.stdin.end(),
    }
  );
}

function hasTorch(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
