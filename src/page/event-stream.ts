import type { ServerResponse } from 'node:http';
import type { Follower } from './follower.ts';
import type { PageEvent } from './page-data.ts';
import type { RunFeed } from './run-feed.ts';

/** How often something is sent so that nobody on the way closes the connection, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/**
 * Sends the events of runs to one reader, as server-sent events. At most one piece of a file waits for a slow reader; one
 * that has read nothing from one heartbeat to the next is dropped. It can come back with its `Last-Event-ID`.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #follower: Follower;
  #isFull = false;
  #wasFull = false;

  constructor(response: ServerResponse, follower: Follower, feed: RunFeed) {
    this.#response = response;
    this.#follower = follower;
    const end = feed.listen(() => this.#send());
    const heart = setInterval(() => this.#beat(), HEARTBEAT_MS);
    response.on('drain', () => {
      this.#isFull = false;
      this.#wasFull = false;
      this.#send();
    });
    response.on('close', () => {
      clearInterval(heart);
      end();
    });
    this.#write('retry: 1000\n\n');
    this.#send();
  }

  /** Sends what is in no file. It may be lost for a slow reader, who then loads everything again anyway. */
  tell(event: PageEvent): void {
    if (!this.#isFull) this.#write(textOf(event, undefined));
  }

  #send(): void {
    while (!this.#isFull) {
      const events = this.#follower.next();
      if (events.length === 0) return;
      this.#write(events.map(({ event, id }) => textOf(event, id)).join(''));
    }
  }

  #beat(): void {
    if (this.#isFull && this.#wasFull) this.#response.destroy();
    else if (this.#isFull) this.#wasFull = true;
    else this.#write(':\n\n');
  }

  #write(text: string): void {
    if (!this.#response.write(text)) this.#isFull = true;
  }
}

/** JSON has no line ends, so it is one line of data. */
function textOf(event: PageEvent, id: string | undefined): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`;
}
