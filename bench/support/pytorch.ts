import { type PythonScript, startPython } from './python-script.ts';

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

/**
 * Undefined where no Python has PyTorch, or the script ends at once.
 * @param file of this folder; it prints `{"version": …}` first
 */
export function startScript(
  file: string,
  threads: number,
  given: readonly string[] = [],
): Promise<PythonScript | undefined> {
  return startPython(file, 'torch', { given, environment: { OMP_NUM_THREADS: String(threads) } });
}
