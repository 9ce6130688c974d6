import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { sha256 } from '../cache/digest.ts';
import { replaceFile } from '../replace-file.ts';

const schema = Type.Object({
  file: Type.String(),
  profile: Type.Optional(Type.String()),
  set: Type.Array(Type.String()),
  engine: Type.Optional(Type.String()),
  dataDir: Type.Optional(Type.String()),
});

/**
 * The pipeline and the flags of the last run. `why`, `table`, `logs` and `status` use them if no pipeline is named.
 * Environment variables and `retable.yaml` are not stored, but read anew each time.
 */
export type LastRun = Static<typeof schema>;

/** The parts of a workspace that the note of a last run depends on. */
interface Place {
  readonly cacheFolder: string;
  readonly project: string;
  /** The folder of the project. */
  readonly root: string;
}

export async function rememberRun(place: Place, run: LastRun): Promise<void> {
  const note = noteOf(place);
  const text = `${JSON.stringify(mapPaths(run, (path) => kept(path, place)))}\n`;
  try {
    await mkdir(dirname(note), { recursive: true });
    await replaceFile(note, (draft) => writeFile(draft, text));
  } catch {
    // On a full or read-only disk only this convenience is lost. The cache reports the problem itself.
  }
}

/** Undefined if nothing has run yet, or if the note is damaged: it is only a convenience. */
export function lastRun(place: Place): LastRun | undefined {
  try {
    const run: unknown = JSON.parse(readFileSync(noteOf(place), 'utf8'));
    if (!Value.Check(schema, run)) return undefined;
    return mapPaths(run, (path) => resolve(place.root, path));
  } catch {
    return undefined;
  }
}

/** One note for each project, because several projects may share a cache. */
function noteOf({ cacheFolder, project }: Place): string {
  return join(cacheFolder, 'last-runs', `${sha256(project).slice(0, 16)}.json`);
}

/** Paths in the project are stored relative to it, so that a copy of the project refers to its own files. */
function kept(path: string, { root }: Place): string {
  const short = relative(root, path);
  return short === '..' || short.startsWith(`..${sep}`) || isAbsolute(short) ? path : short;
}

function mapPaths({ file, dataDir, ...rest }: LastRun, map: (path: string) => string): LastRun {
  return { ...rest, file: map(file), ...(dataDir === undefined ? {} : { dataDir: map(dataDir) }) };
}
