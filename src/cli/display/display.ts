import type { RunEvent } from '../../run/events.ts';

/** Shows the events of a run. */
export interface Display {
  show(event: RunEvent): void;
  /** Called after the last event; a second call does nothing. */
  end(): void;
}
