import logUpdate from 'log-update';
import pc from 'picocolors';
import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';
import type { Progress } from '../../kind/kind.ts';
import type { RunEvent } from '../../run/events.ts';
import type { Display } from './display.ts';
import { lineOf, progressText } from './lines.ts';

interface Running {
  readonly began: number;
  progress: Progress | undefined;
  /** When the phase that it is in began, and how far it was then: resumed work must not count for the time left. */
  phaseBegan: number;
  phaseFrom: number;
}

/** A terminal's display: what is done scrolls by, what runs stays below with epoch, loss, accuracy and time left. */
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
    const now = performance.now();
    running.set(event.cell, { began: now, progress: undefined, phaseBegan: now, phaseFrom: 0 });
  }
  if (event.event === 'cell-progress') {
    const cell = running.get(event.cell);
    if (!cell) return;
    if (cell.progress?.phase !== event.progress.phase) {
      cell.phaseBegan = performance.now();
      cell.phaseFrom = event.progress.done ?? 0;
    }
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
  const lines = [...running].map(([cell, state]) => {
    const text = state.progress ? progressText(state.progress, secondsOf(state)) : 'starting';
    return `${pc.cyan('running')}  ${cell}  ${text}`;
  });
  const width = process.stdout.columns ?? 80;
  const summary = `${settled}/${cells} cells${failed > 0 ? pc.red(`, ${failed} failed`) : ''}`;
  return [...lines, summary].map((line) => cutTo(line, width)).join('\n');
}

/** A line, cut off where it is wider than the columns of the terminal. */
export function cutTo(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  const cut = sliceAnsi(line, 0, columns - 1);
  // A character of two columns stays whole, even where only its first half is asked for.
  return `${stringWidth(cut) < columns ? cut : sliceAnsi(line, 0, columns - 2)}…`;
}

/** Scaled so that time left is judged from this attempt's own pace. */
function secondsOf({ progress, phaseBegan, phaseFrom }: Running): number {
  const done = progress?.done ?? 0;
  const seconds = (performance.now() - phaseBegan) / 1000;
  return done > phaseFrom ? (seconds * done) / (done - phaseFrom) : seconds;
}
