import { readFileSync } from 'node:fs';

/**
 * The largest resident set of this process since its program started, in bytes. On Linux it is read from the kernel,
 * because the maximum of `getrusage` includes the process that started this one.
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
