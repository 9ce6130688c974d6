import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../cache/digest.ts';
import { isMissing } from '../cache/disk-failure.ts';
import type { CellWarning } from '../kind/kind.ts';
import type { CellEvent } from './cell-events.ts';
import { readValues } from './values.ts';

type Of<N extends CellEvent['event']> = CellEvent & { readonly event: N };

/** Everything that a cell has reported in its attempt. */
export interface CellReport {
  readonly values: Record<string, number>;
  readonly warnings: CellWarning[];
  readonly records: Of<'record'>['record'][];
  /** Those of each record, by its position; null if it came without. */
  readonly recordMeasurements: (Readonly<Record<string, number>> | null)[];
  readonly measurements: Record<string, number>;
  failure: Of<'failure'> | undefined;
  /** Set if a cell process has reported that its work is done. */
  done: Of<'done'> | undefined;
}

export function emptyReport(): CellReport {
  return {
    values: {},
    warnings: [],
    records: [],
    recordMeasurements: [],
    measurements: {},
    failure: undefined,
    done: undefined,
  };
}

/** Adds an event. */
export function addEvent(report: CellReport, event: CellEvent): void {
  switch (event.event) {
    case 'progress':
      return;
    case 'values':
      Object.assign(report.values, event.values);
      return;
    case 'warning':
      report.warnings.push({ name: event.name, message: event.message });
      return;
    case 'measurements':
      Object.assign(report.measurements, event.measurements);
      return;
    case 'record':
      report.records.push(event.record);
      report.recordMeasurements.push(event.measurements ?? null);
      return;
    case 'failure':
      report.failure = event;
      return;
    case 'done':
      report.done = event;
      return;
  }
}

/**
 * Writes the reported values, warnings and records to the output: `values.json`, `warnings.json` and `records.jsonl`. If a
 * program has written one of the first two itself, the reported ones are added to it.
 * @returns the values
 * @throws Failure `bad-values`, `value-not-finite`
 */
export function writeReport(
  folder: string,
  { values, warnings, records }: CellReport,
): Record<string, number> {
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

/** The warnings that a program wrote itself. A file that is not a JSON list is replaced by the reported ones. */
function ownWarnings(folder: string): unknown[] {
  try {
    const list: unknown = JSON.parse(readFileSync(join(folder, 'warnings.json'), 'utf8'));
    return Array.isArray(list) ? list : [];
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return [];
    throw error;
  }
}
