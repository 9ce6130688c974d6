import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../../failure.ts';
import { archiveIn, dataFolderOf, filesIn, ownerOf } from './set-files.ts';
import type { PublishedSet } from './sources.ts';

/**
 * Looks for a set near the data folder: up to two levels below it, and beside it. If it is there, the failure says
 * what to give as `--data-dir`.
 *
 * @throws Failure `data-not-found` if the set, or another version of it, is found
 */
export function refuseNearMiss(set: PublishedSet, dataDir: string): void {
  const below = foldersIn(dataDir);
  const above = dirname(dataDir);
  const places = [dataDir, ...below, ...below.flatMap(foldersIn)];
  const beside = [above, ...set.folders.map((folder) => join(above, folder))];
  for (const folder of [...places, ...beside]) {
    const owner = ownerOf(set, folder);
    const whole = owner !== 'another' && filesIn(set, folder).missing.length === 0;
    if (!whole && !archiveIn(set, folder)) continue;
    const unsure = whole && owner === 'unknown';
    throw new Failure(
      'data-not-found',
      unsure
        ? `The files in ${folder} have the names of those of ${set.title}, but other data sets use the same names.`
        : `${set.title} is in ${folder}, where --data-dir ${dataDir} does not look for it.`,
      {
        hint: unsure
          ? `If they are ${set.title}, move or link the folder to ${join(dataDir, set.folders[0] ?? '')}.`
          : `Give --data-dir ${whole ? dataFolderOf(set, folder) : folder}.`,
      },
    );
  }
  for (const path of [dataDir, ...[dataDir, ...below].flatMap((folder) => otherVersionsIn(set, folder))]) {
    const version = set.otherVersions[basename(path)];
    if (version === undefined) continue;
    throw new Failure('data-not-found', `${path} is the ${version} version, which retable cannot read.`, {
      hint: howToGet(set, dataDir),
    });
  }
}

/** The failure if a set is neither in the data folder nor near it, or if no data folder was given. */
export function notFound(set: PublishedSet, dataDir: string | undefined): Failure {
  const { title, folders, archive, files } = set;
  const looked = `no folder ${folders.join(' or ')} with its files${archive ? `, and no ${archive.name}` : ''}`;
  const instead =
    archive || files.every(({ remote }) => remote) ? ' Without --data-dir it is downloaded.' : '';
  return new Failure(
    'data-not-found',
    dataDir === undefined
      ? `${title} is read from the data folder, but no data folder was given.`
      : `${title} is not in ${dataDir}: it has ${looked}.`,
    { hint: `${howToGet(set, dataDir)}${instead}` },
  );
}

/** What to download, and where to put it. */
export function howToGet(
  { title, homepage, folders, files, archive }: PublishedSet,
  dataDir: string | undefined,
): string {
  const names = files.map(({ name }) => name).join(', ');
  const [folder, to] = [dataDir ?? 'DIR', join(dataDir ?? 'DIR', folders[0] ?? '')];
  const packed = archive ? `, or ${archive.name} into ${folder}` : '';
  const given = dataDir === undefined ? `, and give --data-dir ${folder}` : '';
  return `Download ${title} from ${homepage}, put ${names} into ${to}${packed}${given}.`;
}

function otherVersionsIn({ otherVersions }: PublishedSet, folder: string): string[] {
  return Object.keys(otherVersions)
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path));
}

/** Empty if the folder cannot be read. */
function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => join(folder, name))
      .sort();
  } catch {
    return [];
  }
}
