import { Follower } from './follower.ts';
import type { PageEvent } from './page-data.ts';
import type { RunFeed } from './run-feed.ts';

/** How long changes are collected before the page is told to load its data again, in milliseconds. */
const COLLECT_MS = 1000;

/** Tells when the results of a pipeline have changed, but not too often: making the data takes time too. */
export class Changes {
  readonly #follower: Follower;
  readonly #onChange: () => void;
  readonly #buildTime: () => number;
  readonly #end: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param buildTime how long it last took to make the data, in milliseconds */
  constructor(feed: RunFeed, buildTime: () => number, onChange: () => void) {
    this.#follower = new Follower(feed, { from: feed.position() });
    this.#buildTime = buildTime;
    this.#onChange = onChange;
    this.#end = feed.listen(() => this.#look());
  }

  /** Looks for changes among the new events. */
  #look(): void {
    for (let events = this.#follower.next(); events.length > 0; events = this.#follower.next())
      if (events.some(({ event }) => changesResults(event))) this.note();
  }

  note(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#onChange();
      },
      Math.max(COLLECT_MS, 4 * this.#buildTime()),
    );
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#end();
  }
}

function changesResults(event: PageEvent): boolean {
  if (event.event === 'run') return true;
  return event.event === 'cell' && event.state !== 'running';
}
