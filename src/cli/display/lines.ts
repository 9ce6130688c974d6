import pc from 'picocolors';
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { Progress } from '../../kind/kind.ts';
import { printed } from '../../report/numbers.ts';
import type { RunEvent } from '../../run/events.ts';

/** The lines that are printed for an event; undefined if it has none. */
export function lineOf(event: RunEvent, { verbose }: { verbose: boolean }): string | undefined {
  switch (event.event) {
    case 'run-started': {
      const profile = event.profile ? `, profile ${event.profile}` : '';
      return `${event.pipeline}${profile}: ${event.cells} cells, ${event.jobs} at a time, engine ${event.engine}`;
    }
    case 'notice':
      return `note: ${event.message}`;
    case 'artifact-damaged':
      return `${pc.yellow('damaged')}  ${event.cell}: ${event.message}; it runs again`;
    case 'cell-cached':
      return verbose ? `${pc.dim('cached')}   ${event.cell}` : undefined;
    case 'cell-waiting':
      return `${pc.dim('waiting')}  ${event.cell}: ${event.message}`;
    case 'cell-started':
      return `${pc.cyan('start')}    ${event.cell}${pc.dim(`  ${event.reasons[0]?.message ?? ''}`)}`;
    case 'cell-warning':
      return `${pc.yellow('warning')}  ${event.cell}: ${event.message}`;
    case 'cell-progress':
    case 'cell-record':
      return undefined;
    case 'cell-finished': {
      const values = Object.entries(event.values).map(([name, value]) => `${name} ${round(value)}`);
      const cost = verbose ? costText(event) : '';
      return `${pc.green('done')}     ${event.cell}  ${duration(event.seconds)}${cost}${values.length > 0 ? pc.dim(`  ${values.slice(0, 4).join(', ')}`) : ''}`;
    }
    case 'cell-failed': {
      const lines = [
        `${pc.red('failed')}   ${event.cell}: ${event.message}${event.willRetry ? ' It is tried again.' : ''}`,
      ];
      if (event.hint) lines.push(`         ${event.hint}`);
      if (event.log) lines.push(`         log: ${event.log}`);
      return lines.join('\n');
    }
    case 'cell-skipped':
      // Not printed: the user knows of the interrupt, and the summary has the number of such cells.
      if (event.because === 'interrupted') return undefined;
      // There are many, and the summary has their number.
      if (event.because === 'left-out')
        return verbose ? `${pc.dim('left out')} ${event.cell}: ${event.message}` : undefined;
      if (event.because === 'diverged') return `${pc.yellow('diverged')} ${event.cell}: ${event.message}`;
      return `${pc.yellow('skipped')}  ${event.cell}: ${event.message}`;
    case 'run-finished': {
      const parts = [`${event.executed} executed`, `${event.cached} cached`];
      if (event.failed > 0) parts.push(pc.red(`${event.failed} failed`));
      if (event.skipped > 0) parts.push(`${event.skipped} skipped`);
      if (event.leftOut > 0) parts.push(`${event.leftOut} left out by sweeps`);
      return `${parts.join(', ')} in ${duration(event.seconds)}`;
    }
  }
}

/** `, 412 MB, 3 graphs compiled in 0.8s`: what was measured of it. */
function costText({
  peakMemory,
  compiled,
}: Pick<RunEvent & { event: 'cell-finished' }, 'peakMemory' | 'compiled'>): string {
  const parts: string[] = [];
  if (peakMemory) parts.push(prettyBytes(peakMemory));
  if (compiled)
    parts.push(
      `${compiled.graphs} ${compiled.graphs === 1 ? 'graph' : 'graphs'} compiled in ${duration(compiled.seconds)}`,
    );
  return parts.map((part) => `, ${part}`).join('');
}

/** `train  epoch 3/8  loss 0.412  accuracy 0.871  12s left`. */
export function progressText(progress: Progress, secondsLeft: number | undefined): string {
  const { phase, done, total, unit, loss, accuracy } = progress;
  const parts = [phase];
  if (done !== undefined) parts.push(`${unit ?? ''} ${done}${total === undefined ? '' : `/${total}`}`.trim());
  if (loss !== undefined) parts.push(`loss ${round(loss)}`);
  if (accuracy !== undefined) parts.push(`accuracy ${round(accuracy)}`);
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  return parts.join('  ');
}

export function duration(seconds: number): string {
  return prettyMilliseconds(seconds * 1000, { secondsDecimalDigits: 1, millisecondsDecimalDigits: 0 });
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : printed(value, 3);
}
