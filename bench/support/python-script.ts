import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { home } from '../../src/home.ts';

/** A Python program that answers a line with a line. */
export interface PythonScript {
  readonly version: string;
  ask(question: object): Promise<Readonly<Record<string, unknown>>>;
  stop(): void;
}

export interface PythonOptions {
  /** Arguments of the script. */
  readonly given?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

// A Python of the user's own may hide the one that the system's packages belong to.
const pythons = ['python3', '/usr/bin/python3'];
/** The Python that has a module; undefined where none has it. */
const found = new Map<string, string | undefined>();

/**
 * Undefined where no Python has the module, or the script ends at once.
 * @param file of this folder; it prints `{"version": …}` first
 * @param module that the script imports
 */
export async function startPython(
  file: string,
  module: string,
  { given = [], environment = {} }: PythonOptions = {},
): Promise<PythonScript | undefined> {
  if (!found.has(module))
    found.set(
      module,
      pythons.find((python) => hasModule(python, module)),
    );
  const python = found.get(module);
  if (python === undefined) return undefined;
  const child = spawn(python, [join(home, 'bench', 'support', file), ...given], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment, PYTHONDONTWRITEBYTECODE: '1' },
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
        if (!answered) throw new Error(`${file} ended before it answered`);
        return answered;
      },
      stop: () => child.stdin.end(),
    }
  );
}

function hasModule(python: string, module: string): boolean {
  try {
    execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
