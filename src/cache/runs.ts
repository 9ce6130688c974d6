import type { Json } from '../json.ts';
import type { Fingerprint } from './digest.ts';
import { type Store, write } from './store.ts';

/** What a run did with each cell: `cached`, `done`, `failed` and the like. */
export interface RunRecord {
  readonly pipeline: string;
  readonly profile: string;
  readonly cells: readonly {
    readonly cell: string;
    readonly fingerprint: Fingerprint;
    readonly state: string;
  }[];
}

/** What a cell was the last time. */
export interface LastManifest {
  readonly fingerprint: Fingerprint;
  readonly manifest: Json;
  /** Of the last attempt at it; where there was none, of the run that served it. */
  readonly state: string;
  readonly attempt: number | undefined;
}

/** So many runs are remembered of each profile of a pipeline. */
const remembered = 10;

/** Remembers a run: `why` and `collect` ask for it. */
export function recordRun({ sql, database }: Store, { pipeline, profile, cells }: RunRecord): void {
  write({ database }, () => {
    const { lastInsertRowid: run } = sql<[string, string, number]>(
      'INSERT INTO runs (pipeline, profile, at) VALUES (?, ?, ?)',
    ).run(pipeline, profile, Date.now());
    const insert = sql<[number | bigint, string, string, string]>(
      'INSERT OR REPLACE INTO run_cells VALUES (?, ?, ?, ?)',
    );
    for (const { cell, fingerprint, state } of cells) insert.run(run, cell, fingerprint, state);
    sql<[string, string, number]>(
      `DELETE FROM runs WHERE id IN
         (SELECT id FROM runs WHERE pipeline = ? AND profile = ? ORDER BY id DESC LIMIT -1 OFFSET ?)`,
    ).run(pipeline, profile, remembered);
    sql<[]>('DELETE FROM run_cells WHERE run NOT IN (SELECT id FROM runs)').run();
  });
}

/**
 * What a cell of that name in that pipeline was the last time it was tried or served; for `why`. After the index was
 * rebuilt, attempts and runs are forgotten: then the newest published cell of that name, whatever its pipeline.
 */
export function lastManifest({ sql }: Store, cell: string, pipeline: string): LastManifest | undefined {
  const last =
    sql<[string, string, string, string], { fingerprint: Fingerprint; state: string }>(
      `SELECT fingerprint, state FROM (
         SELECT fingerprint, state, started AS at, id FROM attempts WHERE cell = ? AND pipeline = ?
         UNION ALL
         SELECT fingerprint, state, at, id FROM run_cells JOIN runs ON run = id WHERE cell = ? AND pipeline = ?
       ) ORDER BY at DESC, id DESC LIMIT 1`,
    ).get(cell, pipeline, cell, pipeline) ??
    sql<[string], { fingerprint: Fingerprint; state: string }>(
      "SELECT fingerprint, 'done' AS state FROM cells WHERE cell = ? ORDER BY published DESC LIMIT 1",
    ).get(cell);
  if (last === undefined) return undefined;
  const manifest = manifestOf({ sql }, last.fingerprint);
  if (manifest === undefined) return undefined;
  const attempt = sql<[Fingerprint, string], { id: number; state: string }>(
    'SELECT id, state FROM attempts WHERE fingerprint = ? AND cell = ? ORDER BY id DESC LIMIT 1',
  ).get(last.fingerprint, cell);
  return {
    fingerprint: last.fingerprint,
    manifest,
    state: attempt?.state ?? last.state,
    attempt: attempt?.id,
  };
}

/** What a fingerprint was taken of, for every one that was tried or published. */
export function manifestOf({ sql }: Pick<Store, 'sql'>, fingerprint: Fingerprint): Json | undefined {
  const kept = sql<[Fingerprint], { manifest: string }>(
    'SELECT manifest FROM manifests WHERE fingerprint = ?',
  ).get(fingerprint);
  // Written by `keepManifest`.
  return kept && (JSON.parse(kept.manifest) as Json);
}

/** The fingerprints that the last `count` runs of each profile of each pipeline refer to. */
export function recentFingerprints({ sql }: Store, count: number): Fingerprint[] {
  return sql<[number], { fingerprint: Fingerprint }>(
    `SELECT DISTINCT fingerprint FROM run_cells WHERE run IN (
       SELECT id FROM (
         SELECT id, row_number() OVER (PARTITION BY pipeline, profile ORDER BY id DESC) AS age FROM runs
       ) WHERE age <= ?
     )`,
  )
    .all(count)
    .map(({ fingerprint }) => fingerprint);
}
