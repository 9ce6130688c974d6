import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from './disk-failure.ts';

/** Which process, and that very one: a pid alone is given to another process sooner or later. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it started, in the words of its system; empty where that cannot be known. */
  readonly started: string;
  /** The boot it lives in; empty where that cannot be known. */
  readonly boot: string;
  /** The pid namespace: containers on one machine count their pids apart. */
  readonly pidSpace: string;
}

/** After so long without a heartbeat, a process on another host counts as dead. Milliseconds. */
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

/** Whether that very process is seen to live on this machine. */
export function isAlive(other: ProcessIdentity): boolean {
  const { host, boot, pidSpace } = thisProcess();
  const isHere = other.host === host && other.boot === boot && other.pidSpace === pidSpace;
  return isHere && startOf(other.pid) === other.started;
}

/**
 * Whether the process is surely dead (same host), or has been silent for too long (elsewhere).
 * @param heartbeat when it last gave a sign of life, milliseconds since 1970
 */
export function isDead(other: ProcessIdentity, heartbeat: number, now = Date.now()): boolean {
  const self = thisProcess();
  if (other.host !== self.host) return now - heartbeat > heartbeatLimit;
  if (other.boot !== self.boot) return true;
  // Same machine, but its pids mean nothing here.
  if (other.pidSpace !== self.pidSpace) return now - heartbeat > heartbeatLimit;
  const started = startOf(other.pid);
  if (started === undefined) return true;
  return started !== '' && other.started !== '' && started !== other.started;
}

/** When a process started; undefined if there is none (a zombie is none), empty if it lives but does not tell. */
export function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return startByPs(pid);
  const stat = readOr(`/proc/${pid}/stat`);
  // Where /proc hides the processes of others (hidepid), a signal still tells whether there is one.
  if (stat === '') return exists(pid) ? '' : undefined;
  // proc(5): the second field is the name in brackets and may hold anything; state is field 3, start time field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function startByPs(pid: number): string | undefined {
  if (!exists(pid)) return undefined;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    // No `ps`, as on Windows: the pid alone must do.
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
