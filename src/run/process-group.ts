import { setTimeout as delay } from 'node:timers/promises';

/** How long processes may take to end after SIGTERM, in milliseconds. */
const GRACE_MS = 5_000;
const POLL_MS = 20;

const living = new Set<number>();

// Unless this process is ended by `kill -9`, it leaves no child process behind.
process.on('exit', () => {
  for (const pid of living) signalGroup(pid, 'SIGKILL');
});

/** A child process and all processes that it started. They are ended together. */
export class ProcessGroup {
  readonly #pid: number | undefined;
  #ended = false;
  #killer: NodeJS.Timeout | undefined;

  /** @param pid of the leader; undefined if it could not be started */
  constructor(pid: number | undefined) {
    this.#pid = pid;
    if (pid !== undefined) living.add(pid);
  }

  /** Sends SIGTERM to all of them, and SIGKILL after a while. */
  end(): void {
    if (this.#pid === undefined || this.#ended) return;
    this.#ended = true;
    signalGroup(this.#pid, 'SIGTERM');
    const pid = this.#pid;
    this.#killer = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS).unref();
  }

  /** Call this when the leader has ended. Ends the processes that it left, and waits until all are gone. */
  async gone(): Promise<void> {
    if (this.#pid === undefined) return;
    // A program left in the background would keep its port or GPU during the next attempt and after the run.
    if (signalGroup(this.#pid, 0)) this.end();
    for (let waited = 0; this.#ended && waited < GRACE_MS && signalGroup(this.#pid, 0); waited += POLL_MS)
      await delay(POLL_MS);
    if (this.#ended) signalGroup(this.#pid, 'SIGKILL');
    // Later, the number may belong to another group.
    clearTimeout(this.#killer);
    living.delete(this.#pid);
  }
}

/** @returns false if the group no longer exists */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
