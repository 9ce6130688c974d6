import { randomBytes } from 'node:crypto';
import { closeSync, futimesSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../cache/folders.ts';
import { thisProcess } from '../cache/process-identity.ts';
import { keptRuns, oldRunFiles, type RunClosed, type RunOpened, type RunSeries } from '../cache/run-files.ts';
import { asFailure } from '../failure.ts';
import type { CellId } from '../pipeline/pipeline.ts';
import type { RunEvent } from './events.ts';
import { ProgressPace } from './progress-pace.ts';

/** An event in the file of a run: a line of JSON. */
export type LoggedEvent = {
  /** Its number in the run, from 1; the first line has 0. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
} & (RunOpened | RunEvent | RunClosed);

/** How long events are collected before they are written together, in milliseconds. */
const FLUSH_MS = 200;

/** How often the time of the file is renewed, to show other hosts that the run goes on, in milliseconds. */
const HEARTBEAT_MS = 10_000;

/**
 * Appends the events of a run to a file of its own, for those who watch the run. It is not flushed to the disk, because
 * nothing is computed from it. If it cannot be written, for example on a full disk, the run goes on without it.
 */
export class EventLog {
  readonly #notice: (message: string) => void;
  readonly #pace = new ProgressPace();
  readonly #heart: NodeJS.Timeout;
  /** Undefined once it cannot be written any more. */
  #file: number | undefined;
  #seq = 0;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param folder that of the series
   * @param notice called at most once, with why the file cannot be written
   */
  constructor(folder: string, series: RunSeries, notice: (message: string) => void) {
    this.#notice = notice;
    this.#attempt(() => {
      makeFolder(folder);
      for (const path of oldRunFiles(folder, keptRuns - 1)) rmSync(path, { force: true });
      this.#file = openSync(join(folder, `${newName()}.jsonl`), 'ax');
    });
    const opened = { event: 'run-opened', owner: thisProcess(), ...series } as const;
    this.#append(opened);
    this.#flush();
    this.#heart = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  add(event: RunEvent): void {
    if (this.#file === undefined) return;
    // Of the progress of a cell, only the last before each write is kept.
    if (event.event === 'cell-progress') this.#pace.note(event);
    else {
      if (event.event === 'cell-started') this.#pace.start(event.cell);
      else if (isEnd(event)) this.#pace.end(event.cell);
      this.#append(event);
    }
    this.#timer ??= setTimeout(() => this.#tick(), FLUSH_MS).unref();
  }

  close(state: RunClosed['state']): void {
    clearInterval(this.#heart);
    clearTimeout(this.#timer);
    this.#append({ event: 'run-closed', state });
    this.#flush();
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #append(event: RunOpened | RunEvent | RunClosed): void {
    this.#lines.push(`${JSON.stringify({ seq: this.#seq, at: Date.now(), ...event })}\n`);
    this.#seq += 1;
  }

  #tick(): void {
    for (const event of this.#pace.due(performance.now())) this.#append(event);
    this.#flush();
    this.#timer = this.#pace.isWaiting ? setTimeout(() => this.#tick(), FLUSH_MS).unref() : undefined;
  }

  #flush(): void {
    const file = this.#file;
    const bytes = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    if (file === undefined) return;
    this.#attempt(() => {
      for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
    });
  }

  #beat(): void {
    const [file, now] = [this.#file, Date.now() / 1000];
    if (file !== undefined) this.#attempt(() => futimesSync(file, now, now));
  }

  /** After the first failure nothing more is written. */
  #attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      const file = this.#file;
      this.#file = undefined;
      if (file !== undefined) closeSync(file);
      this.#notice(`the run cannot be watched from outside: ${asFailure(error).message}`);
    }
  }
}

/** Sorts by time, and is the name of no other run: `20261201T081500123Z-7f3a9c`. */
function newName(): string {
  return `${new Date().toISOString().replaceAll(/[-:.]/g, '')}-${randomBytes(3).toString('hex')}`;
}

function isEnd(event: RunEvent): event is RunEvent & { readonly cell: CellId } {
  return event.event === 'cell-finished' || event.event === 'cell-failed' || event.event === 'cell-skipped';
}
