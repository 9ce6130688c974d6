import { existsSync } from 'node:fs';
import { access, constants, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explainDiskError } from '../../cache/disk-failure.ts';
import { makeFolder } from '../../cache/folders.ts';
import {
  type Installation,
  MANIFEST,
  readInstallation,
  tensorflowFolder,
} from '../../engine/tensorflow/installation.ts';
import { Failure } from '../../failure.ts';
import { build } from './build.ts';
import { checkLibrary, fetchSources, removeAll } from './fetch.ts';
import type { Tested } from './first-test.ts';
import { exclusively } from './lock.ts';
import type { Sources } from './sources.ts';
import { checkSpace } from './space.ts';
import { stepper } from './steps.ts';
import { findBuildTools, findDownloadTools } from './tools.ts';

export interface InstallOptions {
  /** A folder with the files that would be downloaded. */
  readonly library?: string | undefined;
  /** Whether an installation that is there may be replaced. */
  readonly replace: boolean;
  /** Is told what is done, a line at a time. */
  readonly say: (line: string) => void;
  /** Computes with an installation in a folder of engines. */
  readonly firstTest: (engines: string) => Promise<Tested>;
}

/**
 * Installs TensorFlow's library in a folder of the user. Each step can fail; files that were downloaded are kept for
 * the next try. The installation appears only when it is complete and passes the first test.
 * @throws Failure `other-installation`, `installation-failed`, and those of a disk
 */
export async function installTensorflow(sources: Sources, options: InstallOptions): Promise<Tested> {
  const { replace, say, firstTest } = options;
  const folder = tensorflowFolder();
  const engines = dirname(folder);
  if (!replace && isThere(sources)) return testAgain();
  try {
    makeFolder(engines);
    // SQLite, which has the lock, does not tell why it cannot write.
    await access(engines, constants.W_OK);
    const onWait = () => say('another process installs TensorFlow here: waiting for it …');
    return await exclusively(`${folder}.lock`, onWait, async () =>
      !replace && isThere(sources) ? testAgain() : install(sources, options),
    );
  } catch (error) {
    throw explainDiskError(error, `install TensorFlow in ${engines}`, 'the variable RETABLE_ENGINES');
  }

  function testAgain(): Promise<Tested> {
    say(`TensorFlow is installed already: ${folder}`);
    return stepper(say)('computing on the device', () => firstTest(engines));
  }
}

/** @throws Failure `other-installation` */
function isThere(sources: Sources): boolean {
  const [found, wanted] = [readInstallation(), installationOf(sources)];
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

function installationOf({ version, packages, device }: Sources): Installation {
  return { tensorflow: version, binding: packages.binding.version, device };
}

async function install(sources: Sources, { library, say, firstTest }: InstallOptions): Promise<Tested> {
  const step = stepper(say);
  const folder = tensorflowFolder();
  const downloads = `${folder}.downloads`;
  // Programs that a killed try has started may still write to its own folder, and to no other.
  await removeAll(dirname(folder), 'tensorflow.part');
  const part = await mkdtemp(`${folder}.part-`);
  try {
    const device = sources.device === 'cuda' ? 'NVIDIA GPUs' : 'processors';
    say(`TensorFlow ${sources.version} for ${device}, to ${folder}`);
    const tools = await step('looking for programs', async () => ({
      ...(library === undefined && (await findDownloadTools())),
      ...(await findBuildTools()),
    }));
    await step('checking space', () => checkSpace(sources, { library, downloads, folder: dirname(folder) }));
    if (library === undefined) {
      makeFolder(downloads);
      const options = { folder: downloads, python: tools.python, say };
      await step('downloading', () => fetchSources(sources, options));
    } else {
      await step(`checking the files in ${library}`, () => checkLibrary(sources, library));
    }
    const made = join(part, 'tensorflow');
    await build(sources, { from: library ?? downloads, to: made, tools, step });
    await step('writing what is installed', () =>
      writeFile(join(made, MANIFEST), `${JSON.stringify(installationOf(sources))}\n`),
    );
    const tested = await step('computing on the device', () => firstTest(part));
    await step('putting it in its place', async () => {
      if (existsSync(folder)) await rename(folder, join(part, 'former'));
      await rename(made, folder);
      await rm(downloads, { recursive: true, force: true });
    });
    return tested;
  } finally {
    await rm(part, { recursive: true, force: true, maxRetries: 5 });
  }
}
