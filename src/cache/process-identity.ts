import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from './disk-failure.ts';

/** Identifies a process. A pid alone is not enough, because it is used again for other processes. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it started, as its system reports it; empty if unknown. */
  readonly started: string;
  /** The id of the boot in which it runs; empty if unknown. */
  readonly boot: string;
  /** The pid namespace, because each container has its own pids. */
  readonly pidSpace: string;
}

/** Milliseconds without a heartbeat after which a process on another host counts as dead. */
export const heartbeatLimit = 60_000;

let own: ProcessIdentity | undefined;

export function thisProcess(): ProcessIdentity {
  own ??= {
    host: hostname(),
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    boot: readOr('/proc/sys/kernel/random/boot_id'),
    pidSpace: pidNamespace(),
  };
  return own;
}

/** Another process of this machine. */
export function identityOf(pid: number): ProcessIdentity {
  return { ...thisProcess(), pid, started: startOf(pid) ?? '' };
}

/** Whether exactly this process runs on this machine. */
export function isAlive(other: ProcessIdentity): boolean {
  const { host, boot, pidSpace } = thisProcess();
  const isHere = other.host === host && other.boot === boot && other.pidSpace === pidSpace;
  return isHere && startOf(other.pid) === other.started;
}

/**
 * Whether the process is certainly dead (on this host), or has sent no heartbeat for too long (on other hosts).
 * @param heartbeat its last one, milliseconds since 1970
 */
export function isDead(other: ProcessIdentity, heartbeat: number, now = Date.now()): boolean {
  const self = thisProcess();
  if (other.host !== self.host) return now - heartbeat > heartbeatLimit;
  if (other.boot !== self.boot) return true;
  // The same machine, but another pid namespace: its pids mean nothing here.
  if (other.pidSpace !== self.pidSpace) return now - heartbeat > heartbeatLimit;
  const started = startOf(other.pid);
  if (started === undefined) return true;
  return started !== '' && other.started !== '' && started !== other.started;
}

/** When a process started; undefined if it does not run (or is a zombie), empty if it runs but the time is unknown. */
export function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return startByPs(pid);
  const stat = readOr(`/proc/${pid}/stat`);
  // If /proc hides the processes of other users (hidepid), a signal still shows whether it runs.
  if (stat === '') return exists(pid) ? '' : undefined;
  // proc(5): the second field is the name in brackets, which may contain any character; state is field 3, start time
  // field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function startByPs(pid: number): string | undefined {
  if (!exists(pid)) return undefined;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    // There is no `ps`, for example on Windows: only the pid is used.
    return '';
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

function readOr(path: string, otherwise = ''): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return otherwise;
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
