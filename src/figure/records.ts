import { readFileSync } from 'node:fs';
import { asFailure, Failure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { CellId } from '../pipeline/pipeline.ts';
import type { FigureSources } from './sources.ts';

/** A point of a curve that a cell recorded, such as an epoch. */
export type CellRecord = Readonly<Record<string, Json>>;

export interface Records {
  /** With what was measured of each. */
  readonly records: readonly CellRecord[];
  /** Names that were measured and not recorded. */
  readonly measured: readonly string[];
}

/**
 * The records of a cell, from `records.jsonl` of its artifact; none if there is no such file.
 * @throws Failure `bad-records`, because programs may write this file too
 */
export function recordsOf(
  id: CellId,
  { file, recordMeasurements }: Pick<FigureSources, 'file' | 'recordMeasurements'>,
): Records {
  const path = file(id, 'records.jsonl');
  if (path === undefined) return { records: [], measured: [] };
  const lines = readFileSync(path, 'utf8').split('\n');
  const records = lines.flatMap((line, index) => (line.trim() === '' ? [] : [parse(line, index, id)]));
  const recorded = new Set(records.flatMap(Object.keys));
  const measurements = recordMeasurements(id);
  const names = new Set(measurements.flatMap((one) => Object.keys(one ?? {})));
  return {
    records: records.map((record, at) => ({ ...measurements[at], ...record })),
    measured: [...names].filter((name) => !recorded.has(name)),
  };
}

function parse(line: string, index: number, id: CellId): CellRecord {
  const where = `${id}: line ${index + 1} of records.jsonl`;
  try {
    const record: unknown = JSON.parse(line);
    if (record !== null && typeof record === 'object' && !Array.isArray(record)) return record as CellRecord;
  } catch (cause) {
    throw new Failure('bad-records', `${where} is not JSON: ${asFailure(cause).message}`, {
      hint: 'Let its program write one JSON object in each line.',
      cause,
    });
  }
  throw new Failure('bad-records', `${where} is not an object.`, {
    hint: 'Let its program write one JSON object in each line.',
  });
}
