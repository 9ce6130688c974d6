import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, sha256 } from './digest.ts';
import { isMissing } from './disk-failure.ts';
import { namesIn } from './folders.ts';
import { heartbeatLimit, isDead, type ProcessIdentity } from './process-identity.ts';

// The events of each run are in a file of its own, `runs/<project>/<series>/<run>.jsonl`. This file knows where they are
// and which are no longer needed. What is in them is the matter of those who write and read them, except for the first
// line, which names the process that writes, and the last.

/** Runs of one series are runs of the same cells: those of a pipeline with the same profile and `--set`. */
export interface RunSeries {
  readonly pipeline: string;
  readonly profile: string;
  /** What was set in addition to the profile, as text. */
  readonly settings: string;
}

/** What the first line of a file contains. */
export interface RunOpened extends RunSeries {
  readonly event: 'run-opened';
  /** The process that writes the file. */
  readonly owner: ProcessIdentity;
}

/** What the last line of a file contains, unless the process was killed. */
export interface RunClosed {
  readonly event: 'run-closed';
  readonly state: 'finished' | 'interrupted';
}

/** What can be seen of a run without reading its whole file. */
export interface RunState {
  /** `interrupted`: its process is dead, and has not written an end. */
  readonly state: 'running' | RunClosed['state'];
  /** Whether the file has its last line, and so changes no more. */
  readonly isClosed: boolean;
  readonly bytes: number;
  /** Number of the last event. */
  readonly seq: number;
}

/** How many runs of each series are kept if `cache gc` is never called; as many as the index remembers. */
export const keptRuns = 10;

/** How much of a file is read to find its first or its last line. */
const lineLimit = 65_536;

export function projectFolder(runs: string, project: string): string {
  return join(runs, short(project));
}

export function seriesFolder(
  runs: string,
  project: string,
  { pipeline, profile, settings }: RunSeries,
): string {
  return join(projectFolder(runs, project), short(canonicalJson([pipeline, profile, settings])));
}

/** Names of the files of a series, the oldest first. */
export function runFilesIn(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
}

/** Paths of all but the newest files of a series, except those of runs that may go on. */
export function oldRunFiles(folder: string, keep: number): string[] {
  const names = runFilesIn(folder);
  return names
    .slice(0, Math.max(0, names.length - keep))
    .map((name) => join(folder, name))
    .filter((path) => runState(path)?.state !== 'running');
}

/** The same for all series of a project. */
export function oldRunFilesOf(folder: string, keep: number): string[] {
  return namesIn(folder).flatMap((series) => oldRunFiles(join(folder, series), keep));
}

/** Undefined if the file does not exist. */
export function runState(path: string): RunState | undefined {
  let file: number;
  try {
    // Opened, because over NFS only this asks the server for the present size and time.
    file = openSync(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const { size, mtimeMs } = fstatSync(file);
    const last = lastEvent(textAt(file, Math.max(0, size - lineLimit), lineLimit));
    const seq = last?.seq ?? 0;
    if (last?.event === 'run-closed') {
      return { state: last.state ?? 'finished', isClosed: true, bytes: size, seq };
    }
    const owner = ownerIn(textAt(file, 0, lineLimit));
    // A file without a first line has just been created, or was cut off on a full disk.
    const dead = owner ? isDead(owner, mtimeMs) : Date.now() - mtimeMs > heartbeatLimit;
    return { state: dead ? 'interrupted' : 'running', isClosed: false, bytes: size, seq };
  } finally {
    closeSync(file);
  }
}

function textAt(file: number, position: number, length: number): string {
  const buffer = Buffer.alloc(length);
  return buffer.toString('utf8', 0, readSync(file, buffer, 0, length, position));
}

type LastLine = { readonly seq: number } & Partial<RunClosed>;

/** The last line that is whole. */
function lastEvent(text: string): LastLine | undefined {
  const end = text.lastIndexOf('\n');
  return end < 0 ? undefined : parsed<LastLine>(text.slice(text.lastIndexOf('\n', end - 1) + 1, end));
}

function ownerIn(text: string): ProcessIdentity | undefined {
  const end = text.indexOf('\n');
  return end < 0 ? undefined : parsed<Partial<RunOpened>>(text.slice(0, end))?.owner;
}

/** Undefined for a line that was cut off. */
function parsed<T>(line: string): T | undefined {
  try {
    // Written by `event-log.ts`.
    return JSON.parse(line) as T;
  } catch {
    return undefined;
  }
}

function short(text: string): string {
  return sha256(text).slice(0, 16);
}
