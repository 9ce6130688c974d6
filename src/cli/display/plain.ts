import type { Display } from './display.ts';
import { lineOf, progressText } from './lines.ts';
import { Pace } from './pace.ts';

/** How often the progress of a running cell is printed, in milliseconds. */
const QUIET_MS = 30_000;

/** The display for logs and pipes: plain lines. */
export function plainDisplay(options: { verbose: boolean }): Display {
  const running = new Map<string, { pace: Pace; said: number }>();
  return {
    show: (event) => {
      const now = performance.now();
      if (event.event === 'cell-started') running.set(event.cell, { pace: new Pace(), said: now });
      if (event.event === 'cell-progress') {
        const cell = running.get(event.cell);
        cell?.pace.note(event.progress, now);
        if (!cell || now - cell.said < QUIET_MS) return;
        cell.said = now;
        console.log(`         ${event.cell}  ${progressText(event.progress, cell.pace.secondsLeft(now))}`);
        return;
      }
      const line = lineOf(event, options);
      if (line !== undefined) console.log(line);
    },
    end: () => {},
  };
}
