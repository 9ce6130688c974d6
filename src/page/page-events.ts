import type { LoggedEvent } from '../run/event-log.ts';
import type { SkipReason } from '../run/events.ts';
import type { CellState, PageEvent } from './page-data.ts';

/** What the page shows of an event of a run; undefined for what it does not show. */
export function pageEventOf(event: LoggedEvent): PageEvent | undefined {
  switch (event.event) {
    case 'run-started':
      return { event: 'run', state: 'started' };
    case 'run-closed':
      return { event: 'run', state: event.state };
    case 'run-finished':
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
    case 'cell-record':
      return { event: 'record', cell: event.cell, record: event.record };
    case 'cell-failed': {
      const state = event.reason === 'timeout' ? 'timeout' : 'failed';
      return { event: 'cell', cell: event.cell, state, message: event.message };
    }
    case 'cell-skipped':
      return { event: 'cell', cell: event.cell, state: SKIPPED[event.because], message: event.message };
  }
}

const SKIPPED: Readonly<Record<SkipReason, CellState>> = {
  'needs-failed': 'waiting',
  'fail-fast': 'waiting',
  interrupted: 'interrupted',
  'left-out': 'left-out',
  diverged: 'left-out',
};
