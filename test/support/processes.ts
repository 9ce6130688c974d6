import { execFileSync } from 'node:child_process';
import { startOf } from '../../src/cache/process-identity.ts';

/** A process and all below it, as `ps` sees them now. */
export function family(root: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = rows
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  const found = [root];
  for (const pid of found)
    found.push(...pairs.flatMap(([child = 0, parent]) => (parent === pid ? [child] : [])));
  return found;
}

/** Ends processes that may have ended by themselves. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** Those that have not ended. */
export function living(pids: readonly number[]): number[] {
  return pids.filter((pid) => startOf(pid) !== undefined);
}
