import { readFileSync } from 'node:fs';

/**
 * The most bytes that this process has had in memory (resident set) since its program began. Not `getrusage`'s maximum
 * where the kernel tells more: on Linux that one goes on from the process that started this one.
 */
export function peakMemory(): number {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return 1024 * Number(kilobytes);
  } catch {
    // Not Linux.
  }
  return 1024 * process.resourceUsage().maxRSS;
}
