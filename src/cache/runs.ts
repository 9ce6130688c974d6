import type { Json } from '../json.ts';
import type { Fingerprint } from './digest.ts';
import { type Store, write } from './store.ts';
import { noteUse } from './uses.ts';

/** What a run did with each cell: `cached`, `done`, `failed` and the like. */
export interface RunRecord {
  readonly pipeline: string;
  readonly profile: string;
  /** What was set in addition to the profile, as text. Runs that differ in it are stored separately. */
  readonly settings: string;
  readonly cells: readonly {
    readonly cell: string;
    readonly fingerprint: Fingerprint;
    readonly state: string;
  }[];
}

/** The state of a cell at its last attempt or use. */
export interface LastBasis {
  readonly fingerprint: Fingerprint;
  readonly basis: Json;
  /** Of the last attempt at it; where there was none, of the run that served it. */
  readonly state: string;
  readonly attempt: number | undefined;
}

/** How many runs are stored for each profile of a pipeline and each text of settings. */
const remembered = 10;

/** Stores a run, for `why` and `collect`. */
export function recordRun(store: Store, { pipeline, profile, settings, cells }: RunRecord): void {
  const { sql, project } = store;
  write(store, () => {
    const { lastInsertRowid: run } = sql<[string, string, string, string, number]>(
      'INSERT INTO runs (project, pipeline, profile, settings, at) VALUES (?, ?, ?, ?, ?)',
    ).run(project, pipeline, profile, settings, Date.now());
    const insert = sql<[number | bigint, string, string, string]>(
      'INSERT OR REPLACE INTO run_cells VALUES (?, ?, ?, ?)',
    );
    for (const { cell, fingerprint, state } of cells) {
      insert.run(run, cell, fingerprint, state);
      noteUse(store, fingerprint);
    }
    sql<[string, string, string, string, number]>(
      `DELETE FROM runs WHERE id IN
         (SELECT id FROM runs WHERE project = ? AND pipeline = ? AND profile = ? AND settings = ?
          ORDER BY id DESC LIMIT -1 OFFSET ?)`,
    ).run(project, pipeline, profile, settings, remembered);
    sql<[]>('DELETE FROM run_cells WHERE run NOT IN (SELECT id FROM runs)').run();
  });
}

/**
 * The state of a cell of this pipeline and project at its last attempt or its last use from the cache, for `why`. If the
 * index has neither, for example after it was rebuilt: the newest cell that was published with this name.
 */
export function lastBasis({ sql, project }: Store, cell: string, pipeline: string): LastBasis | undefined {
  const name = { cell, pipeline, project };
  const last =
    sql<[typeof name], { fingerprint: Fingerprint; state: string }>(
      `SELECT fingerprint, state FROM (
         SELECT fingerprint, state, started AS at, id FROM attempts
         WHERE cell = @cell AND pipeline = @pipeline AND project = @project
         UNION ALL
         SELECT fingerprint, state, at, id FROM run_cells JOIN runs ON run = id
         WHERE cell = @cell AND pipeline = @pipeline AND project = @project
       ) ORDER BY at DESC, id DESC LIMIT 1`,
    ).get(name) ??
    sql<[typeof name], { fingerprint: Fingerprint; state: string }>(
      `SELECT fingerprint, 'done' AS state FROM cells
       WHERE cell = @cell AND pipeline = @pipeline AND project = @project ORDER BY published DESC LIMIT 1`,
    ).get(name);
  if (last === undefined) return undefined;
  const basis = basisOf({ sql }, last.fingerprint);
  if (basis === undefined) return undefined;
  const attempt = sql<[Fingerprint, string, string], { id: number; state: string }>(
    'SELECT id, state FROM attempts WHERE fingerprint = ? AND cell = ? AND project = ? ORDER BY id DESC LIMIT 1',
  ).get(last.fingerprint, cell, project);
  return {
    fingerprint: last.fingerprint,
    basis,
    state: attempt?.state ?? last.state,
    attempt: attempt?.id,
  };
}

/** What a fingerprint was computed from, if it was attempted or published. */
export function basisOf({ sql }: Pick<Store, 'sql'>, fingerprint: Fingerprint): Json | undefined {
  const kept = sql<[Fingerprint], { manifest: string }>(
    'SELECT manifest FROM manifests WHERE fingerprint = ?',
  ).get(fingerprint);
  // Written by `keepBasis`.
  return kept && (JSON.parse(kept.manifest) as Json);
}

/** Whether this project has run this pipeline with this profile, as far as runs are stored. */
export function hasRun({ sql, project }: Store, pipeline: string, profile: string): boolean {
  return (
    sql<[string, string, string]>(
      'SELECT 1 FROM runs WHERE project = ? AND pipeline = ? AND profile = ? LIMIT 1',
    ).get(project, pipeline, profile) !== undefined
  );
}

/** The fingerprints that this project's last `count` runs of each profile, with each text of settings, refer to. */
export function recentFingerprints({ sql, project }: Store, count: number): Fingerprint[] {
  return sql<[string, number], { fingerprint: Fingerprint }>(
    `SELECT DISTINCT fingerprint FROM run_cells WHERE run IN (
       SELECT id FROM (
         SELECT id, row_number() OVER (PARTITION BY pipeline, profile, settings ORDER BY id DESC) AS age
         FROM runs WHERE project = ?
       ) WHERE age <= ?
     )`,
  )
    .all(project, count)
    .map(({ fingerprint }) => fingerprint);
}
