import type { Json } from '../../json.ts';
import type { Progress } from '../../kind/kind.ts';
import type { CellState, PageCell } from '../page-data.ts';

/** The words and the signs of states. A sign tells states apart without colours. */
export const STATES: Readonly<Record<CellState, { readonly words: string; readonly sign: string }>> = {
  done: { words: 'done', sign: '✓' },
  running: { words: 'running', sign: '▶' },
  waiting: { words: 'waiting', sign: '·' },
  outdated: { words: 'outdated', sign: '↻' },
  failed: { words: 'failed', sign: '✕' },
  timeout: { words: 'timed out', sign: '✕' },
  interrupted: { words: 'interrupted', sign: '‖' },
  'left-out': { words: 'left out', sign: '−' },
};

export const STATE_NAMES = Object.keys(STATES) as readonly CellState[]; // the keys are those of the type

/** `12.3 s`, `4 min 5 s`, `2 h 7 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `228 MiB`. */
export function memory(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1024 ? `${mebibytes.toFixed(0)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** `2026-12-01 00:03:26 UTC`, from ISO 8601. */
export function time(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** A number of a curve, short. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** `train epoch 3 of 10, loss 0.25`. */
export function progressWords({ phase, done, total, unit = '', loss, accuracy }: Progress): string {
  const count = done === undefined ? '' : ` ${unit} ${done}${total === undefined ? '' : ` of ${total}`}`;
  const numbers = [
    ...(loss === undefined ? [] : [`loss ${short(loss)}`]),
    ...(accuracy === undefined ? [] : [`accuracy ${short(accuracy)}`]),
  ];
  return [`${phase}${count}`, ...numbers].join(', ');
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A value of a parameter, in one line. */
export function written(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** How many cells are in each state; states without cells are left out. */
export function countStates(cells: readonly Pick<PageCell, 'state'>[]): [CellState, number][] {
  const counts = new Map<CellState, number>();
  for (const { state } of cells) counts.set(state, (counts.get(state) ?? 0) + 1);
  return STATE_NAMES.flatMap((state): [CellState, number][] => {
    const count = counts.get(state);
    return count === undefined ? [] : [[state, count]];
  });
}
