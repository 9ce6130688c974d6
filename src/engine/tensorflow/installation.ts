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
 * @throws Failure `engine-unavailable` if it is damaged
 */
export function readInstallation(folder: string = tensorflowFolder()): Installation | undefined {
  const file = path.join(folder, MANIFEST);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const installation = parse(text);
  if (installation !== undefined) return installation;
  throw new Failure('engine-unavailable', `${file} is not what the installation has written.`, {
    hint: 'Install TensorFlow again with: retable engines install tensorflow --replace',
  });
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
