import type { Display } from './display.ts';
import { lineOf, progressText } from './lines.ts';

/** Where nobody watches, a running cell says something only so often, in milliseconds. */
const QUIET_MS = 30_000;

/** Plain lines, for logs and pipes. */
export function plainDisplay(options: { verbose: boolean }): Display {
  const since = new Map<string, { began: number; said: number }>();
  return {
    show: (event) => {
      const now = performance.now();
      if (event.event === 'cell-started') since.set(event.cell, { began: now, said: now });
      if (event.event === 'cell-progress') {
        const cell = since.get(event.cell);
        if (!cell || now - cell.said < QUIET_MS) return;
        cell.said = now;
        console.log(`         ${event.cell}  ${progressText(event.progress, (now - cell.began) / 1000)}`);
        return;
      }
      const line = lineOf(event, options);
      if (line !== undefined) console.log(line);
    },
    end: () => {},
  };
}
