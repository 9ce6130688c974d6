import type { Display } from './display.ts';

/** Prints nothing, for commands that print one JSON object at their end. */
export function silentDisplay(): Display {
  return { show: () => {}, end: () => {} };
}
