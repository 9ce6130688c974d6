import type { RunEvent } from '../../run/events.ts';

/** Consumes the events of a run. */
export interface Display {
  show(event: RunEvent): void;
  /** Called once, after the last event. */
  end(): void;
}
