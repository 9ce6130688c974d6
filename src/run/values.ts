import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, isMissing } from '../cache/disk-failure.ts';
import { asFailure, Failure } from '../failure.ts';

const FILE = 'values.json';

/**
 * The numbers that a cell wrote for tables; empty if it wrote none.
 * @throws Failure `bad-values`, `value-not-finite`
 */
export function readValues(folder: string): Record<string, number> {
  const values = parsed(valuesText(folder));
  if (values === null || typeof values !== 'object' || Array.isArray(values))
    throw badValues(`${FILE} must be an object, not ${shown(values)}.`);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, finiteValue(name, value)] as const),
  );
}

/** Read synchronously: an asynchronous read of this small file would wait for files that are being flushed. */
function valuesText(folder: string): string {
  try {
    return readFileSync(join(folder, FILE), 'utf8');
  } catch (error) {
    if (isMissing(error)) return '{}';
    const why = codeOf(error) === 'EISDIR' ? 'it is a folder' : asFailure(error).message;
    throw new Failure('bad-values', `${FILE} can't be read: ${why}.`, {
      hint: 'It must be a file of JSON, such as {"accuracy": 0.93}.',
      cause: error,
    });
  }
}

/** @throws Failure `value-not-finite`, `bad-values` */
export function finiteValue(name: string, value: unknown): number {
  if (typeof value !== 'number') throw badValues(`The value ${name} is ${shown(value)}, not a number.`);
  if (!Number.isFinite(value)) throw notFinite(name, String(value));
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Python and others write these, although they are not JSON.
    const [, name, value] = /"((?:\\.|[^"\\])*)"\s*:\s*(NaN|[-+]?Infinity)\b/.exec(text) ?? [];
    if (name !== undefined && value !== undefined) throw notFinite(name, value);
    throw badValues(`${FILE} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

function notFinite(name: string, value: string): Failure {
  return new Failure('value-not-finite', `The value ${name} is ${value}.`, {
    hint: 'Tables show only finite numbers. Leave the value out if there is none, or find out why it is not finite.',
  });
}

function badValues(message: string): Failure {
  return new Failure('bad-values', message, {
    hint: `${FILE} is one JSON object of names and finite numbers, such as {"accuracy": 0.93}.`,
  });
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${JSON.stringify(value)}`;
  return value !== null && typeof value === 'object' ? 'an object' : String(value);
}
