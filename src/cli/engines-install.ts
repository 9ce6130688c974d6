import { execa } from 'execa';
import { tensorflowFolder } from '../engine/tensorflow/installation.ts';
import { Failure } from '../failure.ts';
import { EXIT } from './outcome.ts';
import { installTensorflow } from './tensorflow/install.ts';

export interface InstallFlags {
  readonly gpu?: boolean;
  readonly library?: string;
  readonly replace?: boolean;
}

/** `retable engines install`: installs what an engine needs beyond the package. */
export async function installEngine({
  gpu = false,
  library,
  replace = false,
}: InstallFlags): Promise<number> {
  const say = (line: string) => console.log(line);
  const isNew = await installTensorflow({ gpu, library, replace, say });
  if (!isNew) say(`TensorFlow is installed already: ${tensorflowFolder()}`);
  say('computing on the device …');
  await firstTest();
  say('It works. Use it with --engine tensorflow; other projects and clones find it, too.');
  return EXIT.done;
}

/** In a process of its own: a library that does not fit this processor ends its process. */
async function firstTest(): Promise<void> {
  const [, program = ''] = process.argv;
  const { stdout, stderr, exitCode, signal } = await execa(process.execPath, [program, 'engines', '--json'], {
    reject: false,
  });
  if (exitCode !== 0) {
    throw new Failure(
      'engine-unavailable',
      `TensorFlow is installed, but ends its process: ${signal ?? stderr}.`,
      {
        hint: `Its library may not fit this processor. It lies in ${tensorflowFolder()}.`,
      },
    );
  }
  // Printed by this very program.
  const { engines } = JSON.parse(stdout) as { engines: { name: string; available: boolean; why: string }[] };
  const entry = engines.find((engine) => engine.name === 'tensorflow');
  if (entry?.available) return;
  throw new Failure('engine-unavailable', `TensorFlow is installed, but does not work. ${entry?.why ?? ''}`, {
    hint: `It lies in ${tensorflowFolder()}.`,
  });
}
