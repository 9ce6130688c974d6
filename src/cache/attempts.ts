import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asFailure, Failure } from '../failure.ts';
import type { FailureReason } from '../failure-reasons.ts';
import type { Json } from '../json.ts';
import { writeEnded, writeStarted } from './attempt-files.ts';
import { canonicalJson, type Digest, type Fingerprint } from './digest.ts';
import { codeOf } from './disk-failure.ts';
import { keepBasis } from './index-rows.ts';
import { enlist, isOwnerDead } from './owners.ts';
import { pin } from './pins.ts';
import { type Store, write } from './store.ts';
import { noteUse } from './uses.ts';

export interface NewAttempt {
  readonly cell: string;
  readonly pipeline: string;
  readonly profile: string;
  readonly fingerprint: Fingerprint;
  /** What the fingerprint was computed from; stored for `why`. */
  readonly basis: Json;
  readonly kind: string;
  /** The artifacts that it reads. They are pinned for this process. */
  readonly inputs: Iterable<Digest>;
}

export type EndState = 'done' | 'failed' | 'interrupted' | 'timeout';

/** How an attempt ended. `measured`: measurements of the run itself, such as seconds, peak memory and host. */
export interface AttemptEnd {
  readonly state: EndState;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly reason?: FailureReason | undefined;
  readonly message?: string | undefined;
  readonly measured?: Json | undefined;
}

/** One try at running a cell. Times are milliseconds since 1970. */
export interface Attempt {
  readonly id: number;
  /** Its private folder: `output/`, `log.txt`. */
  readonly folder: string;
  readonly fingerprint: Fingerprint;
  readonly cell: string;
  readonly pipeline: string;
  readonly profile: string;
  readonly kind: string;
  readonly state: 'running' | EndState;
  readonly started: number;
  readonly finished: number | undefined;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** A word of the version of retable that wrote it: only for display. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly measured: Json | undefined;
}

/**
 * Stores that an attempt begins, and creates its private folder with an empty `output/`.
 * @throws Failure `input-lost` if an input was deleted by `cache gc`
 */
export function startAttempt(store: Store, attempt: NewAttempt): { id: number; folder: string } {
  const { fingerprint, cell, pipeline, profile, kind } = attempt;
  const started = Date.now();
  const id = write(store, () => {
    const [lost] = pin(store, attempt.inputs);
    if (lost !== undefined) {
      throw new Failure(
        'input-lost',
        `An input of ${cell} is no longer in the cache (${lost.slice(0, 12)}).`,
        {
          hint: 'Run again: the input is made again first.',
        },
      );
    }
    keepBasis(store, fingerprint, canonicalJson(attempt.basis));
    noteUse(store, fingerprint);
    const { lastInsertRowid } = store
      .sql<[Fingerprint, string, string, string, string, string, number, number]>(
        `INSERT INTO attempts (fingerprint, cell, project, pipeline, profile, kind, state, owner, started)
         VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?)`,
      )
      .run(fingerprint, cell, store.project, pipeline, profile, kind, enlist(store), started);
    return Number(lastInsertRowid);
  });
  const folder = store.folders.attempt(id);
  makeNewFolder(folder);
  mkdirSync(join(folder, 'output'));
  const { project } = store;
  writeStarted(folder, { fingerprint, cell, project, pipeline, profile, kind, started }, attempt.basis);
  return { id, folder };
}

/** A power failure can lose the row of an attempt but not its folder. Then the number is used again. */
function makeNewFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
}

/** Stores how an attempt ended. */
export function finishAttempt(store: Store, id: number, end: AttemptEnd): void {
  const row = {
    state: end.state,
    finished: Date.now(),
    exit_code: end.exitCode ?? null,
    signal: end.signal ?? null,
    reason: end.reason ?? null,
    message: end.message ?? null,
    measured: end.measured === undefined ? null : canonicalJson(end.measured),
  };
  try {
    writeEnded(store.folders.attempt(id), row);
  } catch (error) {
    // The file is needed only if the index is lost.
    store.notice(asFailure(error).message);
  }
  write(store, () => {
    store
      .sql<[typeof row & { id: number }]>(
        `UPDATE attempts SET state = @state, finished = @finished, exit_code = @exit_code, signal = @signal,
         reason = @reason, message = @message, measured = @measured WHERE id = @id`,
      )
      .run({ ...row, id });
  });
}

/** The attempt that published a cell; undefined if it is not known. */
export function publishingAttempt(store: Store, fingerprint: Fingerprint): Attempt | undefined {
  // A rebuilt index can use the number of an attempt again, for another cell.
  const row = store
    .sql<[Fingerprint], AttemptRow>(
      `SELECT attempts.* FROM attempts JOIN cells ON attempts.id = cells.attempt
       AND attempts.fingerprint = cells.fingerprint WHERE cells.fingerprint = ? AND state = 'done'`,
    )
    .get(fingerprint);
  return row && asAttempt(store, row);
}

/** @param measured written by `finishAttempt` */
function asJson(measured: string | null): Json | undefined {
  return measured === null ? undefined : (JSON.parse(measured) as Json);
}

interface AttemptRow extends Record<'signal' | 'reason' | 'message' | 'measured', string | null> {
  readonly id: number;
  readonly fingerprint: Fingerprint;
  readonly cell: string;
  readonly pipeline: string;
  readonly profile: string;
  readonly kind: string;
  readonly state: Attempt['state'];
  readonly started: number;
  readonly finished: number | null;
  readonly exit_code: number | null;
  readonly owner: number;
}

/** The attempts of this project at a cell, newest first; of one pipeline or of all. */
export function attemptsOf(store: Store, cell: string, pipeline?: string): Attempt[] {
  const rows = store
    .sql<[string, string, string | null, string | null], AttemptRow>(
      `SELECT * FROM attempts WHERE cell = ? AND project = ? AND (? IS NULL OR pipeline = ?) ORDER BY id DESC`,
    )
    .all(cell, store.project, pipeline ?? null, pipeline ?? null);
  // `recover` will store this. Until then, a dead attempt must not be shown as running.
  const isCutOff = (row: AttemptRow) => row.state === 'running' && isOwnerDead(store, row.owner);
  return rows.map((row) => asAttempt(store, isCutOff(row) ? { ...row, state: 'interrupted' } : row));
}

/** The attempts of all projects that are stored as running, whether their process is alive or not. */
export function runningAttempts(store: Store): (Attempt & { owner: number })[] {
  return store
    .sql<[], AttemptRow>("SELECT * FROM attempts WHERE state = 'running' ORDER BY id")
    .all()
    .map((row) => ({ ...asAttempt(store, row), owner: row.owner }));
}

function asAttempt({ folders }: Store, row: AttemptRow): Attempt {
  return {
    id: row.id,
    folder: folders.attempt(row.id),
    fingerprint: row.fingerprint,
    cell: row.cell,
    pipeline: row.pipeline,
    profile: row.profile,
    kind: row.kind,
    state: row.state,
    started: row.started,
    finished: row.finished ?? undefined,
    exitCode: row.exit_code ?? undefined,
    signal: row.signal ?? undefined,
    reason: row.reason ?? undefined,
    message: row.message ?? undefined,
    measured: asJson(row.measured),
  };
}
