import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../cache/digest.ts';
import { isMissing } from '../cache/disk-failure.ts';
import type { CellWarning } from '../kind/kind.ts';
import type { CellEvent } from './cell-events.ts';
import { readValues } from './values.ts';

type Of<N extends CellEvent['event']> = CellEvent & { readonly event: N };

/** All that a cell has told in its attempt. */
export interface Told {
  readonly values: Record<string, number>;
  readonly warnings: CellWarning[];
  readonly records: Of<'record'>['record'][];
  readonly measurements: Record<string, number>;
  failure: Of<'failure'> | undefined;
  /** Of a cell process: that its work is done. */
  done: Of<'done'> | undefined;
}

export function nothingTold(): Told {
  return { values: {}, warnings: [], records: [], measurements: {}, failure: undefined, done: undefined };
}

/** Adds an event to what is known. */
export function take(told: Told, event: CellEvent): void {
  switch (event.event) {
    case 'progress':
      return;
    case 'values':
      Object.assign(told.values, event.values);
      return;
    case 'warning':
      told.warnings.push({ name: event.name, message: event.message });
      return;
    case 'measurements':
      Object.assign(told.measurements, event.measurements);
      return;
    case 'record':
      told.records.push(event.record);
      return;
    case 'failure':
      told.failure = event;
      return;
    case 'done':
      told.done = event;
      return;
  }
}

/**
 * Writes into an artifact what belongs there: `values.json`, `warnings.json` and `records.jsonl`. A program may have
 * written the first two itself: then what it told is added.
 * @returns the values
 * @throws Failure `bad-values`, `value-not-finite`
 */
export function writeTold(folder: string, { values, warnings, records }: Told): Record<string, number> {
  const all = { ...readValues(folder), ...values };
  if (Object.keys(values).length > 0) writeFileSync(join(folder, 'values.json'), `${canonicalJson(all)}\n`);
  if (warnings.length > 0) {
    const list = [...ownWarnings(folder), ...warnings];
    writeFileSync(join(folder, 'warnings.json'), `${JSON.stringify(list, null, 2)}\n`);
  }
  if (records.length > 0) {
    writeFileSync(
      join(folder, 'records.jsonl'),
      records.map((record) => `${JSON.stringify(record)}\n`).join(''),
    );
  }
  return all;
}

/** Those that a program wrote itself; a file that cannot be read gives way to what was told. */
function ownWarnings(folder: string): unknown[] {
  try {
    const list: unknown = JSON.parse(readFileSync(join(folder, 'warnings.json'), 'utf8'));
    return Array.isArray(list) ? list : [];
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return [];
    throw error;
  }
}
