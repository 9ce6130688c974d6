import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attempt, Cache } from '../cache/cache.ts';
import { HANDLE_FILE } from './execute-job.ts';
import type { Executor, Handle } from './executor.ts';

/**
 * Cleans up after schedulers that died: marks their attempts as interrupted, and ends programs that still run, because
 * these would write to the snapshots of the next attempt.
 * @returns the interrupted attempts
 */
export async function recoverAttempts(cache: Cache, executor: Executor): Promise<readonly Attempt[]> {
  const { attempts } = cache.recover();
  await Promise.all(
    attempts.map(async ({ folder }) => {
      const handle = handleOf(folder);
      if (handle !== undefined) await executor.takeUp(handle);
    }),
  );
  return attempts;
}

/** Undefined if the attempt was interrupted before its job was submitted. */
function handleOf(folder: string): Handle | undefined {
  try {
    // Written by `executeJob`.
    return JSON.parse(readFileSync(join(folder, HANDLE_FILE), 'utf8')) as Handle;
  } catch {
    return undefined;
  }
}
