import { AppendedLines } from '../run/appended-lines.ts';
import type { LoggedEvent } from '../run/event-log.ts';
import type { PageEvent } from './page-data.ts';
import { pageEventOf } from './page-events.ts';
import { type Position, positionText } from './position.ts';
import type { FedRun, RunFeed } from './run-feed.ts';
import { RunningCells } from './running-cells.ts';

/** How much of a file is read at once, in bytes. */
const CHUNK = 65_536;

/** An event for the page, and the position of a reader who has read it. It is undefined for what no file contains. */
export interface Followed {
  readonly event: PageEvent;
  readonly id: string | undefined;
}

interface Followable {
  readonly lines: AppendedLines;
  /** Events up to this number are known to the reader. */
  readonly from: number;
  /** What the reader may not know of cells that ran at `from`; undefined once it was told. */
  running: RunningCells | undefined;
  /** Cells that run, as far as the file has been read. */
  readonly runningIds: Set<string>;
  wasInterrupted: boolean;
}

export interface FollowOptions {
  /** Where the reader is. Undefined: at the start of the newest run and of those that go on. */
  readonly from: Position | undefined;
  /** First tell the records and the progress of cells that were running at `from`. */
  readonly withRunning?: boolean;
}

/**
 * Reads the events of a series of runs for one reader, in pieces. The files are the only buffer, so a reader may be as slow
 * as it likes.
 */
export class Follower {
  readonly #feed: RunFeed;
  readonly #open = new Map<string, Followable>();
  /** Runs that were begun, whether they have ended or not. */
  readonly #begun = new Set<string>();
  readonly #position: Map<string, number>;
  readonly #withRunning: boolean;

  constructor(feed: RunFeed, { from, withRunning = false }: FollowOptions) {
    this.#feed = feed;
    this.#position = new Map(from ?? []);
    this.#withRunning = withRunning;
    const newestKnown = [...this.#position.keys()].sort().at(-1);
    const { runs } = feed;
    for (const [at, { name, state }] of runs.entries()) {
      const isCurrent = state === 'running' || at === runs.length - 1;
      const isUnread = newestKnown === undefined ? isCurrent : name > newestKnown;
      if (!isUnread && !this.#position.has(name)) this.#begun.add(name);
    }
    // A file that was deleted in the meantime has nothing more to tell.
    for (const name of this.#position.keys())
      if (!runs.some((run) => run.name === name)) this.#position.delete(name);
  }

  /** The next events; none if there are none now. */
  next(): Followed[] {
    this.#forget();
    for (const run of this.#feed.runs) {
      const found = this.#begun.has(run.name) ? this.#open.get(run.name) : this.#begin(run);
      const events = found ? this.#read(run, found) : [];
      if (events.length > 0) return events;
    }
    return [];
  }

  #begin({ name, path }: FedRun): Followable {
    const from = this.#position.get(name) ?? -1;
    const running = this.#withRunning && from >= 0 ? new RunningCells() : undefined;
    const begun = {
      lines: new AppendedLines(path),
      from,
      running,
      runningIds: new Set<string>(),
      wasInterrupted: false,
    };
    this.#begun.add(name);
    this.#open.set(name, begun);
    return begun;
  }

  #read(run: FedRun, followable: Followable): Followed[] {
    const events: Followed[] = [];
    for (let before = -1; events.length === 0 && before < followable.lines.position; ) {
      before = followable.lines.position;
      for (const line of followable.lines.read({ limit: CHUNK })) {
        const logged = parsed(line);
        const event = logged && pageEventOf(logged);
        if (logged === undefined || event === undefined) continue;
        if (event.event === 'cell') {
          if (event.state === 'running') followable.runningIds.add(event.cell);
          else followable.runningIds.delete(event.cell);
        }
        if (logged.seq <= followable.from) {
          followable.running?.note(event);
          continue;
        }
        events.push(...tellRunning(followable));
        if (event.event === 'run' && event.state === 'interrupted')
          events.push(...tellInterrupted(followable));
        this.#position.set(run.name, logged.seq);
        events.push({ event, id: positionText(this.#position) });
      }
    }
    if (events.length > 0) return events;
    return [...tellRunning(followable), ...this.#end(run, followable)];
  }

  /** Leaves out of the position what was read to its end, except for the newest run. */
  #forget(): void {
    const newest = this.#feed.runs.at(-1)?.name;
    for (const name of this.#position.keys())
      if (name !== newest && this.#begun.has(name) && !this.#open.has(name)) this.#position.delete(name);
  }

  /** At the end of a file: tells that its process is dead, although the file does not say so. */
  #end({ name, state, isClosed }: FedRun, followable: Followable): Followed[] {
    const isDead = state === 'interrupted' && !isClosed;
    const isNews = isDead && !followable.wasInterrupted;
    followable.wasInterrupted = isDead;
    if (isClosed) this.#open.delete(name);
    this.#forget();
    if (!isNews) return [];
    return [...tellInterrupted(followable), { event: { event: 'run', state: 'interrupted' }, id: undefined }];
  }
}

function tellRunning(followable: Followable): Followed[] {
  const events = followable.running?.events() ?? [];
  followable.running = undefined;
  return events.map((event) => ({ event, id: undefined }));
}

/** The cells that ran when their run was interrupted: nothing in its file says how they ended. */
function tellInterrupted({ runningIds }: Followable): Followed[] {
  const cells = [...runningIds];
  runningIds.clear();
  return cells.map((cell) => ({ event: { event: 'cell', cell, state: 'interrupted' }, id: undefined }));
}

/** Undefined for a line that was cut off. */
function parsed(line: string): LoggedEvent | undefined {
  try {
    // Written by `EventLog`.
    return JSON.parse(line) as LoggedEvent;
  } catch {
    return undefined;
  }
}
