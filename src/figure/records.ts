import { readFileSync } from 'node:fs';
import { asFailure, Failure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { CellId } from '../pipeline/pipeline.ts';
import type { FigureSources } from './sources.ts';

/** A point of a curve that a cell recorded, such as an epoch. */
export type CellRecord = Readonly<Record<string, Json>>;

/**
 * The records of a cell, from `records.jsonl` of its artifact; none if there is no such file.
 * @throws Failure `bad-records`, because programs may write this file too
 */
export function recordsOf(id: CellId, { file }: Pick<FigureSources, 'file'>): readonly CellRecord[] {
  const path = file(id, 'records.jsonl');
  if (path === undefined) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [parse(line, index, id)]));
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
