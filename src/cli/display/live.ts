import logUpdate from 'log-update';
import pc from 'picocolors';
import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';
import type { Progress } from '../../kind/kind.ts';
import type { RunEvent } from '../../run/events.ts';
import type { Display } from './display.ts';
import { lineOf, progressText } from './lines.ts';
import { Pace } from './pace.ts';

interface Running {
  readonly pace: Pace;
  progress: Progress | undefined;
}

/**
 * The display for terminals. Finished cells scroll up; running cells stay below, with epoch, loss, accuracy and time
 * left.
 */
export function liveDisplay(options: { verbose: boolean }): Display {
  const running = new Map<string, Running>();
  const counts = { cells: 0, settled: 0, failed: 0 };
  const draw = () => logUpdate(screen(running, counts));
  const timer = setInterval(draw, 200);
  let ended = false;
  return {
    show: (event) => {
      note(event, running, counts);
      const line = lineOf(event, options);
      if (line === undefined) return;
      logUpdate.clear();
      console.log(line);
      if (event.event !== 'run-finished') draw();
    },
    end: () => {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      logUpdate.clear();
      logUpdate.done();
    },
  };
}

function note(
  event: RunEvent,
  running: Map<string, Running>,
  counts: { cells: number; settled: number; failed: number },
): void {
  if (event.event === 'run-started') counts.cells = event.cells;
  if (event.event === 'cell-started') {
    running.set(event.cell, { pace: new Pace(), progress: undefined });
  }
  if (event.event === 'cell-progress') {
    const cell = running.get(event.cell);
    if (!cell) return;
    cell.pace.note(event.progress, performance.now());
    cell.progress = event.progress;
  }
  const isSettled =
    event.event === 'cell-finished' || event.event === 'cell-cached' || event.event === 'cell-skipped';
  if (isSettled || (event.event === 'cell-failed' && !event.willRetry)) {
    running.delete(event.cell);
    counts.settled += 1;
    if (event.event === 'cell-failed') counts.failed += 1;
  }
}

function screen(
  running: ReadonlyMap<string, Running>,
  { cells, settled, failed }: { cells: number; settled: number; failed: number },
): string {
  const now = performance.now();
  const lines = [...running].map(([cell, { progress, pace }]) => {
    const text = progress ? progressText(progress, pace.secondsLeft(now)) : 'starting';
    return `${pc.cyan('running')}  ${cell}  ${text}`;
  });
  const width = process.stdout.columns ?? 80;
  const summary = `${settled}/${cells} cells${failed > 0 ? pc.red(`, ${failed} failed`) : ''}`;
  return [...lines, summary].map((line) => cutTo(line, width)).join('\n');
}

/** A line, cut at the width of the terminal. */
export function cutTo(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  const cut = sliceAnsi(line, 0, columns - 1);
  // `sliceAnsi` keeps a character of two columns whole, even if only its first half fits.
  return `${stringWidth(cut) < columns ? cut : sliceAnsi(line, 0, columns - 2)}…`;
}
