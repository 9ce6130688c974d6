import { join } from 'node:path';
import { type RunState, runFilesIn, runState } from '../cache/run-files.ts';
import type { Position } from './position.ts';

/** How often the files are looked at, in milliseconds. They are not watched, because this does not work over NFS. */
const POLL_MS = 250;

export interface FedRun extends RunState {
  readonly name: string;
  readonly path: string;
}

/**
 * Looks for new runs of a series and for new events in the files of those that go on, as long as somebody listens. Only
 * the state and size of the files are known here; each reader reads them by itself.
 */
export class RunFeed {
  readonly #folder: string;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #runs = new Map<string, FedRun>();

  /** @param folder that of the series; it may not exist yet */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The oldest first. */
  get runs(): readonly FedRun[] {
    return [...this.#runs.values()];
  }

  /** The end of all that is written now: the position of a reader who knows everything. */
  position(): Position {
    const { runs } = this;
    return new Map(
      runs
        .filter(({ state }, at) => state === 'running' || at === runs.length - 1)
        .map(({ name, seq }) => [name, seq]),
    );
  }

  /** Looks at the files. If anything is new, tells all who listen, whoever asked to look. */
  look(): void {
    const found = new Map<string, FedRun>();
    let isNew = false;
    for (const file of runFilesIn(this.#folder)) {
      const name = file.replace(/\.jsonl$/, '');
      const before = this.#runs.get(name);
      const now = before?.isClosed ? before : this.#lookAt(name, file);
      if (now === undefined) continue;
      isNew ||= now.bytes !== before?.bytes || now.state !== before.state;
      found.set(name, now);
    }
    this.#runs = found;
    if (isNew) for (const listener of [...this.#listeners]) listener();
  }

  #lookAt(name: string, file: string): FedRun | undefined {
    const path = join(this.#folder, file);
    const state = runState(path);
    return state && { ...state, name, path };
  }

  /** @returns what ends it */
  listen(onNews: () => void): () => void {
    this.#listeners.add(onNews);
    this.#timer ??= setInterval(() => this.look(), POLL_MS);
    return () => {
      this.#listeners.delete(onNews);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }
}
