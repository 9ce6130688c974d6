import { existsSync, readFileSync } from 'node:fs';

const STATUS = '/proc/self/status';

/** Whether the kernel tells what is asked for here: Linux does. */
export const isMeasurable = existsSync(STATUS);

/**
 * Bytes of this process in memory (resident set), now and at most since its program began. Not `getrusage`'s maximum:
 * that one goes on from the process that started this one.
 */
export function residentBytes(): { now: number; most: number } {
  const status = readFileSync(STATUS, 'utf8');
  const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]);
  return { now: bytes('VmRSS'), most: bytes('VmHWM') };
}
