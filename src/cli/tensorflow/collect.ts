import { join } from 'node:path';
import { explainDiskError } from '../../cache/disk-failure.ts';
import { makeFolder } from '../../cache/folders.ts';
import { fetchSources } from './fetch.ts';
import { exclusively } from './lock.ts';
import type { Sources } from './sources.ts';
import { stepper } from './steps.ts';
import { findDownloadTools } from './tools.ts';

/**
 * Downloads the files of an installation to a folder, for a machine without a network.
 * @param say is told what is done, a line at a time
 * @throws Failure `installation-failed`, and those of a disk
 */
export async function collectFiles(
  sources: Sources,
  folder: string,
  say: (line: string) => void,
): Promise<void> {
  const step = stepper(say);
  const onWait = () => say('another process downloads to this folder: waiting for it …');
  try {
    makeFolder(folder);
    await exclusively(join(folder, '.lock'), onWait, async () => {
      const { python } = await step('looking for programs', findDownloadTools);
      await step('downloading', () => fetchSources(sources, { folder, python, say }));
    });
  } catch (error) {
    throw explainDiskError(error, `download to ${folder}`, '--download DIR');
  }
}
