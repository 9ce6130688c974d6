import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { Failure } from '../../failure.ts';

// Read at every start of the planner: nothing heavy may be imported here.

/** TensorFlow's library as `retable engines install tensorflow` has installed it. */
export interface Installation {
  /** The version of TensorFlow's library. */
  readonly tensorflow: string;
  /** The version of tfjs-node, whose binding calls the library. */
  readonly binding: string;
  readonly device: 'cpu' | 'cuda';
}

/** Where engines are installed: `RETABLE_ENGINES`, otherwise a folder of the user, for all projects. */
export function enginesFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.RETABLE_ENGINES) return path.resolve(env.RETABLE_ENGINES);
  const data = env.XDG_DATA_HOME || path.join(homedir(), '.local', 'share');
  return path.join(data, 'retable', 'engines');
}

export function tensorflowFolder(): string {
  return path.join(enginesFolder(), 'tensorflow');
}

/** The native binding of an installation. It lies beside the library, in the layout of the wheel. */
export function bindingFile(folder: string = tensorflowFolder()): string {
  return path.join(folder, 'tensorflow', 'tfjs_binding.node');
}

/** Written last, so that a folder with it is complete. */
export const MANIFEST = 'installation.json';

/**
 * Undefined if there is none.
 * @throws Failure `engine-unavailable` if it is damaged, `no-permission`
 */
export function readInstallation(folder: string = tensorflowFolder()): Installation | undefined {
  const file = path.join(folder, MANIFEST);
  const text = read(file);
  if (text === undefined) return undefined;
  const installation = parse(text);
  if (installation !== undefined) return installation;
  throw new Failure('engine-unavailable', `${file} is not what the installation has written.`, {
    hint: reinstall(),
  });
}

/** The command that installs TensorFlow for a device. */
export function installCommand(device: Installation['device']): string {
  return `retable engines install tensorflow${device === 'cuda' ? ' --gpu' : ''}`;
}

/** What to do about an installation that does not work. @param device that it is for */
export function reinstall(device: Installation['device'] = 'cpu'): string {
  return `Install it again with: ${installCommand(device)} --replace`;
}

/** Undefined if there is no such file. @throws Failure `no-permission` */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const isForbidden = error instanceof Error && 'code' in error && error.code === 'EACCES';
    if (!isForbidden) return undefined;
    throw new Failure('no-permission', `This user may not read ${file}.`, {
      hint: `Its owner can allow it with: chmod -R a+rX ${path.dirname(path.dirname(file))} (and a+x for the folders above), or name another folder in the variable RETABLE_ENGINES.`,
      cause: error,
    });
  }
}

function parse(text: string): Installation | undefined {
  try {
    const { tensorflow, binding, device } = JSON.parse(text) as Record<string, unknown>;
    const known = device === 'cpu' || device === 'cuda' ? device : undefined;
    if (typeof tensorflow !== 'string' || typeof binding !== 'string' || !known) return undefined;
    return { tensorflow, binding, device: known };
  } catch {
    return undefined;
  }
}
