import { setTimeout as delay } from 'node:timers/promises';

/** How long processes have to end by themselves after SIGTERM. */
const GRACE_MS = 5_000;
const POLL_MS = 20;

const living = new Set<number>();

// However this process ends, short of `kill -9`, it leaves none of its own behind.
process.on('exit', () => {
  for (const pid of living) signalGroup(pid, 'SIGKILL');
});

/** A child process with all that it started: they are ended together. */
export class ProcessGroup {
  readonly #pid: number | undefined;
  #ended = false;
  #killer: NodeJS.Timeout | undefined;

  /** @param pid of the leader; undefined where it could not be started */
  constructor(pid: number | undefined) {
    this.#pid = pid;
    if (pid !== undefined) living.add(pid);
  }

  /** Asks all of them to end, and after a while makes them. */
  end(): void {
    if (this.#pid === undefined || this.#ended) return;
    this.#ended = true;
    signalGroup(this.#pid, 'SIGTERM');
    const pid = this.#pid;
    this.#killer = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS).unref();
  }

  /** To be called when the leader has ended: ends what it left running, and waits until all are gone. */
  async gone(): Promise<void> {
    if (this.#pid === undefined) return;
    // A program in the background would keep its port or its GPU, beside the next attempt and after the run.
    if (signalGroup(this.#pid, 0)) this.end();
    for (let waited = 0; this.#ended && waited < GRACE_MS && signalGroup(this.#pid, 0); waited += POLL_MS)
      await delay(POLL_MS);
    if (this.#ended) signalGroup(this.#pid, 'SIGKILL');
    // Later the number may be another group's.
    clearTimeout(this.#killer);
    living.delete(this.#pid);
  }
}

/** @returns false where there is no such group any more */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
