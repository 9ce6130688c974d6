import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '../cache/disk-failure.ts';

/** In bytes: of all logs of a page, and of one log. */
const ALL = 400_000;
const MOST = 4_000;
const LINES = 24;

/** The last lines of the log of an attempt; undefined if it printed nothing, or if its folder was deleted. */
export function endOfLog(folder: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(join(folder, 'log.txt'), 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, MOST));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    const text = lastLines(buffer.toString('utf8').replace(CONTROLS, ''), MOST, size > MOST);
    return text === '' ? undefined : text;
  } finally {
    closeSync(descriptor);
  }
}

/** Colours and other commands to a terminal, and characters that no page shows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it removes
const CONTROLS = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f\ufffd]/g;

/** Shortens logs, so that those of many cells do not make the page large. */
export function shortened(logs: readonly (string | undefined)[]): (string | undefined)[] {
  const count = logs.filter((log) => log !== undefined).length;
  const most = Math.min(MOST, Math.floor(ALL / Math.max(1, count)));
  return logs.map((log) => (log === undefined || log.length <= most ? log : lastLines(log, most, true)));
}

/** @param isCut whether the first line may have lost its start */
function lastLines(text: string, most: number, isCut: boolean): string {
  const lines = text.slice(-most).trimEnd().split('\n');
  const whole = isCut && lines.length > 1 ? lines.slice(1) : lines;
  return whole.slice(-LINES).join('\n');
}
