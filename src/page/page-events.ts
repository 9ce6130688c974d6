import type { LoggedEvent } from '../run/event-log.ts';
import type { RunSummary, SkipReason } from '../run/events.ts';
import type { CellState, PageEvent } from './page-data.ts';

/** What the page shows of an event of a run; undefined for what it does not show. */
export function pageEventOf(event: LoggedEvent): PageEvent | undefined {
  switch (event.event) {
    case 'run-started':
      return { event: 'run', state: 'started' };
    case 'run-finished':
      return { event: 'run', state: 'finished', summary: summaryOf(event) };
    case 'run-closed':
      return event.state === 'interrupted' ? { event: 'run', state: 'interrupted' } : undefined;
    case 'run-opened':
      return undefined;
    case 'notice':
      return { event: 'notice', message: event.message };
    case 'artifact-damaged':
      return { event: 'notice', message: `${event.cell}: ${event.message}; it runs again` };
    case 'cell-warning':
      return { event: 'notice', message: `${event.cell}: ${event.message}` };
    case 'cell-cached':
    case 'cell-finished':
      return { event: 'cell', cell: event.cell, state: 'done' };
    case 'cell-started':
      return { event: 'cell', cell: event.cell, state: 'running' };
    case 'cell-waiting':
      return { event: 'cell', cell: event.cell, state: 'running', message: event.message };
    case 'cell-progress':
      return { event: 'progress', cell: event.cell, progress: event.progress };
    case 'cell-record': {
      const { cell, record, measurements } = event;
      return { event: 'record', cell, record, ...(measurements && { measurements }) };
    }
    case 'cell-failed': {
      const state = event.reason === 'timeout' ? 'timeout' : 'failed';
      return { event: 'cell', cell: event.cell, state, message: event.message };
    }
    case 'cell-skipped':
      return { event: 'cell', cell: event.cell, state: SKIPPED[event.because], message: event.message };
  }
}

function summaryOf({ executed, cached, failed, skipped, leftOut }: RunSummary): string {
  const counts = { executed, cached, failed, skipped, 'left out by sweeps': leftOut };
  return Object.entries(counts)
    .filter(([word, count]) => count > 0 || word === 'executed' || word === 'cached')
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
}

const SKIPPED: Readonly<Record<SkipReason, CellState>> = {
  'needs-failed': 'waiting',
  'fail-fast': 'waiting',
  interrupted: 'interrupted',
  'left-out': 'left-out',
  diverged: 'left-out',
};
