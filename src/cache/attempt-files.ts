import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../json.ts';
import type { Fingerprint } from './digest.ts';
import { isMissing } from './disk-failure.ts';
import { keepBasis } from './index-rows.ts';
import type { Store } from './store.ts';

// Each attempt is also stored in its folder, so that a rebuilt index has the attempts and their measurements. These files
// are not synced: a power failure may lose an attempt, but never a cell.

const STARTED = 'attempt.json';
const ENDED = 'end.json';

/** The columns of an attempt that are known when it begins. Times are milliseconds since 1970. */
export interface StartedAttempt {
  readonly fingerprint: Fingerprint;
  readonly cell: string;
  readonly project: string;
  readonly pipeline: string;
  readonly profile: string;
  readonly kind: string;
  readonly started: number;
}

/** Columns that are known when it has ended. */
export interface EndedAttempt {
  readonly state: string;
  readonly finished: number;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  /** JSON */
  readonly measured: string | null;
}

export function writeStarted(folder: string, attempt: StartedAttempt, basis: Json): void {
  writeFileSync(join(folder, STARTED), JSON.stringify({ ...attempt, manifest: basis }), { mode: 0o600 });
}

export function writeEnded(folder: string, end: EndedAttempt): void {
  writeFileSync(join(folder, ENDED), JSON.stringify(end));
}

/** Adds the attempts in the folders to an empty index, within a transaction. An attempt without an end was interrupted. */
export function ingestAttempts({ folders, sql }: Pick<Store, 'folders' | 'sql'>): void {
  const insert = sql<[Row]>(
    `INSERT OR IGNORE INTO attempts (id, fingerprint, cell, project, pipeline, profile, kind, state, owner, started,
       finished, exit_code, signal, reason, message, measured)
     VALUES (@id, @fingerprint, @cell, @project, @pipeline, @profile, @kind, @state, 0, @started,
       @finished, @exit_code, @signal, @reason, @message, @measured)`,
  );
  for (const name of readdirSync(folders.attempts)) {
    const folder = join(folders.attempts, name);
    const started = read<StartedAttempt & { readonly manifest: Json }>(join(folder, STARTED));
    if (!/^\d+$/.test(name) || started === undefined) continue;
    const { manifest, ...attempt } = started;
    keepBasis({ sql }, attempt.fingerprint, JSON.stringify(manifest));
    insert.run({
      id: Number(name),
      ...attempt,
      ...(read<EndedAttempt>(join(folder, ENDED)) ?? cutOff(started)),
    });
  }
}

type Row = { readonly id: number } & StartedAttempt & EndedAttempt;

function cutOff({ started }: StartedAttempt): EndedAttempt {
  const unknown = { exit_code: null, signal: null, measured: null };
  const why = { reason: 'owner-died', message: 'the process that ran it died' };
  return { state: 'interrupted', finished: started, ...unknown, ...why };
}

/** Undefined if the file does not exist or is truncated. */
function read<T>(path: string): T | undefined {
  try {
    // Written by this file.
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
