import { statfs } from 'node:fs/promises';
import prettyBytes from 'pretty-bytes';
import { missingFiles } from './fetch.ts';
import type { Sources } from './sources.ts';
import { MAKE_ROOM, StepFailed } from './steps.ts';

interface Places {
  readonly library: string | undefined;
  readonly downloads: string;
  readonly folder: string;
}

/** Checks that there is space for what is missing and for what is installed. @throws StepFailed */
export async function checkSpace(sources: Sources, { library, downloads, folder }: Places): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const missing = library === undefined ? missingFiles(sources, downloads).map(({ bytes }) => bytes) : [];
  // pip has the file that it downloads twice for a moment.
  const needed = missing.reduce((sum, bytes) => sum + bytes, sources.installed) + Math.max(0, ...missing);
  if (bavail * bsize >= needed) return;
  throw new StepFailed(
    `${folder} has ${prettyBytes(bavail * bsize)} left; ${prettyBytes(needed)} are needed.`,
    MAKE_ROOM,
  );
}
