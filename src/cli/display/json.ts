import type { Display } from './display.ts';

/** Prints each event as a line of JSON, for programs. */
export function jsonDisplay(): Display {
  return { show: (event) => console.log(JSON.stringify(event)), end: () => {} };
}
