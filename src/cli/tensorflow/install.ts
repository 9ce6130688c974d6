import { existsSync } from 'node:fs';
import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { explainDiskError } from '../../cache/disk-failure.ts';
import {
  bindingFile,
  type Installation,
  MANIFEST,
  readInstallation,
  tensorflowFolder,
} from '../../engine/tensorflow/installation.ts';
import { Failure } from '../../failure.ts';
import { compileBinding, unpackPackage, unpackWheel } from './build.ts';
import { checked, fetchPackage, fetchWheels } from './fetch.ts';
import { StepFailed, stepFailure } from './program.ts';
import { type Sources, sourcesFor, TENSORFLOW_VERSION } from './sources.ts';

export interface InstallOptions {
  /** The build for NVIDIA GPUs. */
  readonly gpu: boolean;
  /** A folder with the files that would be downloaded. */
  readonly library?: string | undefined;
  /** Whether an installation of another version or for another device may be replaced. */
  readonly replace: boolean;
  /** Is told what is done, a line at a time. */
  readonly say: (line: string) => void;
}

/**
 * Installs TensorFlow's library in a folder of the user. Each step can fail; what the steps before it have made is
 * kept for the next try. The installation appears only when it is complete.
 * @returns false if it was there already
 * @throws Failure `engine-unavailable`, `other-installation`, `installation-failed`, and those of a disk
 */
export async function installTensorflow({ gpu, library, replace, say }: InstallOptions): Promise<boolean> {
  const sources = sourcesFor(gpu);
  const folder = tensorflowFolder();
  const wanted: Installation = {
    tensorflow: TENSORFLOW_VERSION,
    binding: sources.packages.binding.version,
    device: gpu ? 'cuda' : 'cpu',
  };
  if (!replace && isThere(wanted)) return false;
  const files = [...sources.wheels, ...Object.values(sources.packages)];
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  say(`TensorFlow ${TENSORFLOW_VERSION} for ${gpu ? 'NVIDIA GPUs' : 'processors'}, to ${folder}`);
  say(
    `${library ? `from ${library}` : 'download'}: ${prettyBytes(bytes)}; on disk: ${prettyBytes(sources.installed)}`,
  );
  for (const file of files) say(`  ${prettyBytes(file.bytes).padStart(9)}  ${file.package} ${file.version}`);
  try {
    await build(sources, { folder, library, wanted, say });
  } catch (error) {
    throw explainDiskError(error, `install TensorFlow in ${dirname(folder)}`, 'the variable RETABLE_ENGINES');
  }
  return true;
}

/** @throws Failure `other-installation` */
function isThere(wanted: Installation): boolean {
  const found = readInstallation();
  if (!found) return false;
  if (JSON.stringify(found) === JSON.stringify(wanted)) return true;
  const named = ({ tensorflow, device }: Installation) => `TensorFlow ${tensorflow} (${device})`;
  throw new Failure(
    'other-installation',
    `${named(found)} is installed, not ${named(wanted)}: ${tensorflowFolder()}.`,
    {
      hint: 'With --replace it is replaced. Cells that the engine `tensorflow` has computed then have other keys, and run again.',
    },
  );
}

interface BuildOptions {
  readonly folder: string;
  readonly library: string | undefined;
  readonly wanted: Installation;
  readonly say: (line: string) => void;
}

async function build(sources: Sources, { folder, library, wanted, say }: BuildOptions): Promise<void> {
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    say(`${name} …`);
    try {
      return await work();
    } catch (error) {
      throw stepFailure(name, error);
    }
  };
  const [downloads, part] = [`${folder}.downloads`, `${folder}.part`];
  await mkdir(downloads, { recursive: true });
  await step('checking space', () => checkSpace(dirname(folder), sources));
  const { binding, headers } = sources.packages;
  if (library === undefined) {
    await step('downloading the library (pip)', () => fetchWheels(sources, downloads));
    await step('downloading the binding (npm)', async () => {
      for (const source of [binding, headers]) await fetchPackage(source, downloads);
    });
  }
  const paths = await step('checking digests', async () => {
    const found = new Map<object, string>();
    for (const source of [...sources.wheels, binding, headers]) {
      found.set(source, await checked(source, library ?? downloads, library === undefined));
    }
    return found;
  });
  const path = (source: object) => paths.get(source) ?? '';
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  await step('unpacking', async () => {
    for (const wheel of sources.wheels) await unpackWheel(path(wheel), part);
    await unpackPackage(path(binding), join(part, 'binding'));
    await unpackPackage(path(headers), join(part, 'headers'));
  });
  await step('compiling the binding (C++)', async () => {
    const unpacked = { binding: join(part, 'binding'), headers: join(part, 'headers') };
    await compileBinding({ ...unpacked, library: join(part, 'tensorflow') }, bindingFile(part));
  });
  for (const used of ['binding', 'headers', 'tensorflow/include']) {
    await rm(join(part, used), { recursive: true });
  }
  await writeFile(join(part, MANIFEST), `${JSON.stringify(wanted)}\n`);
  await rm(folder, { recursive: true, force: true });
  await rename(part, folder);
  await rm(downloads, { recursive: true });
}

async function checkSpace(folder: string, { wheels, installed }: Sources): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const missing = wheels.filter(({ file }) => !existsSync(join(`${tensorflowFolder()}.downloads`, file)));
  const needed = installed + missing.reduce((sum, { bytes }) => sum + bytes, 0);
  if (bavail * bsize >= needed) return;
  throw new StepFailed(
    `${folder} has ${prettyBytes(bavail * bsize)} left; ${prettyBytes(needed)} are needed.`,
    'Make room, or name a folder on another disk in the variable RETABLE_ENGINES.',
  );
}
