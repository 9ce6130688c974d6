import type { Display } from './display.ts';

/** One event a line, for programs. */
export function jsonDisplay(): Display {
  return { show: (event) => console.log(JSON.stringify(event)), end: () => {} };
}
