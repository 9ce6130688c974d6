import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

const schema = Type.Object({
  file: Type.String(),
  profile: Type.Optional(Type.String()),
  set: Type.Array(Type.String()),
  engine: Type.Optional(Type.String()),
  dataDir: Type.Optional(Type.String()),
});

/** What was run last: so that `why`, `table`, `logs` and `status` need not be told again. */
export type LastRun = Static<typeof schema>;

const FILE = 'last-run.json';

export function rememberRun(cacheFolder: string, run: LastRun): void {
  const draft = join(cacheFolder, `${FILE}.${process.pid}`);
  try {
    mkdirSync(cacheFolder, { recursive: true });
    writeFileSync(draft, `${JSON.stringify(run)}\n`);
    renameSync(draft, join(cacheFolder, FILE));
  } catch {
    // A full or read-only disk costs the convenience, nothing else; the cache itself will tell.
  }
}

/** Undefined where nothing was run yet, or where the note is damaged: it is only a convenience. */
export function lastRun(cacheFolder: string): LastRun | undefined {
  try {
    const run: unknown = JSON.parse(readFileSync(join(cacheFolder, FILE), 'utf8'));
    return Value.Check(schema, run) ? run : undefined;
  } catch {
    return undefined;
  }
}
