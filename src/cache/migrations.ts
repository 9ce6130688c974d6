import type { Database } from 'better-sqlite3';
import { Failure } from '../failure.ts';

/**
 * Each entry brings an index from the version of its position to the next. Released entries are never changed; new ones
 * are added. Times are milliseconds since 1970. A `stamp` is computed from a stat by `stamp.ts`; NULL means that the file
 * has not been checked yet. A `project` is the path from the cache folder to its folder, with `/`: so a cache that is
 * copied or moved together with its project still belongs to it.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE files (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, stamp TEXT) WITHOUT ROWID;
  CREATE TABLE artifacts (digest TEXT PRIMARY KEY, type TEXT NOT NULL, stamp TEXT) WITHOUT ROWID;
  CREATE TABLE artifact_files (
    artifact TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (artifact, path)
  ) WITHOUT ROWID;
  CREATE INDEX artifact_files_by_content ON artifact_files (sha256);

  CREATE TABLE manifests (fingerprint TEXT PRIMARY KEY, manifest TEXT NOT NULL);
  CREATE TABLE cells (
    fingerprint TEXT PRIMARY KEY, artifact TEXT NOT NULL, cell TEXT NOT NULL, kind TEXT NOT NULL,
    "values" TEXT NOT NULL, attempt INTEGER, published INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX cells_by_artifact ON cells (artifact);
  CREATE INDEX cells_by_name ON cells (cell);

  CREATE TABLE owners (
    id INTEGER PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL, boot TEXT NOT NULL,
    pid_space TEXT NOT NULL, heartbeat INTEGER NOT NULL, UNIQUE (host, pid, started, boot, pid_space)
  );
  CREATE TABLE leases (fingerprint TEXT PRIMARY KEY, owner INTEGER NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL, cell TEXT NOT NULL, pipeline TEXT NOT NULL,
    profile TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, owner INTEGER NOT NULL,
    started INTEGER NOT NULL, finished INTEGER, exit_code INTEGER, signal TEXT, reason TEXT, message TEXT,
    measured TEXT
  );
  CREATE INDEX attempts_by_cell ON attempts (cell, pipeline, id);
  CREATE INDEX attempts_by_state ON attempts (state);

  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, pipeline TEXT NOT NULL, profile TEXT NOT NULL, at INTEGER NOT NULL
  );
  CREATE TABLE run_cells (
    run INTEGER NOT NULL, cell TEXT NOT NULL, fingerprint TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (run, cell)
  ) WITHOUT ROWID;

  CREATE TABLE content_digests (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
  `,
  `
  CREATE TABLE pins (owner INTEGER NOT NULL, artifact TEXT NOT NULL, PRIMARY KEY (owner, artifact)) WITHOUT ROWID;
  `,
  `
  ALTER TABLE attempts ADD COLUMN project TEXT NOT NULL DEFAULT '..';
  DROP INDEX attempts_by_cell;
  CREATE INDEX attempts_by_cell ON attempts (cell, pipeline, project, id);
  ALTER TABLE runs ADD COLUMN project TEXT NOT NULL DEFAULT '..';
  ALTER TABLE runs ADD COLUMN settings TEXT NOT NULL DEFAULT '';
  ALTER TABLE cells ADD COLUMN project TEXT;
  ALTER TABLE cells ADD COLUMN pipeline TEXT;
  CREATE TABLE uses (
    project TEXT NOT NULL, fingerprint TEXT NOT NULL, PRIMARY KEY (project, fingerprint)
  ) WITHOUT ROWID;
  `,
];

export function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/**
 * Migrates an index to the newest version, within a transaction, and returns the version that it had.
 * Throws a Failure `newer-cache` if a newer retable made it.
 */
export function migrate(database: Database, steps: readonly string[] = migrations): number {
  const version = versionOf(database);
  if (version > steps.length) {
    throw new Failure(
      'newer-cache',
      `The cache index ${database.name} has version ${version}. This retable reads versions up to ${steps.length}.`,
      { hint: 'Upgrade retable, or name another cache folder with --cache DIR.' },
    );
  }
  for (const step of steps.slice(version)) database.exec(step);
  if (version < steps.length) database.pragma(`user_version = ${steps.length}`);
  return version;
}
