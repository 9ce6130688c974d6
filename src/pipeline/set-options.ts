import { parseDocument } from 'yaml';
import type { Json } from '../json.ts';
import type { Location } from './diagnostic.ts';
import type { Findings } from './findings.ts';
import { isMapping } from './readers.ts';
import { suggest } from './suggest.ts';

/** A `--set key=value` that changes a parameter. */
export interface Override {
  readonly name: string;
  readonly value: Json;
  readonly location: Location;
}

/** Applies `--set` options to raw parameters, in order; each result holds the whole new value of its parameter. */
export function readSetOptions(
  options: readonly string[],
  params: Readonly<Record<string, Json>>,
  findings: Findings,
): Override[] {
  const current: Record<string, Json> = { ...params };
  const overrides: Override[] = [];
  for (const text of options) {
    const location: Location = { file: '--set', line: 1, column: 1, length: Math.max(1, text.length), text };
    const equals = text.indexOf('=');
    if (equals <= 0) {
      findings.error('bad-set', { location }, `'${text}' sets nothing`, { hint: 'write --set key=value' });
      continue;
    }
    const steps = text.slice(0, equals).trim().split('.');
    const name = steps[0] ?? '';
    const valueText = text.slice(equals + 1);
    const value = parseValue(valueText);
    if (value === undefined) {
      const at = { ...location, column: equals + 2, length: Math.max(1, valueText.length) };
      findings.error('bad-set', { location: at }, 'this value is not YAML', {
        hint: 'put quotes around text',
      });
      continue;
    }
    const changed = change(current, steps, value);
    if ('unknown' in changed) {
      const key = steps.slice(0, changed.depth + 1).join('.');
      const at = { ...location, length: Math.max(1, key.length) };
      const parent = steps.slice(0, changed.depth).join('.');
      const message =
        parent === ''
          ? `there is no parameter '${key}'`
          : `parameter '${parent}' has no '${changed.unknown}'`;
      findings.error('unknown-param', { location: at }, message, {
        hint:
          changed.known.length > 0 || parent === ''
            ? suggest(changed.unknown, changed.known, 'parameters')
            : undefined,
      });
      continue;
    }
    const whole = Object.hasOwn(changed.value, name) ? changed.value[name] : undefined;
    if (whole === undefined) continue;
    current[name] = whole;
    overrides.push({ name, value: whole, location });
  }
  return overrides;
}

type Changed =
  | { readonly value: Readonly<Record<string, Json>> }
  | { readonly unknown: string; readonly known: readonly string[]; readonly depth: number };

function change(
  record: Readonly<Record<string, Json>>,
  steps: readonly string[],
  value: Json,
  depth = 0,
): Changed {
  const step = steps[depth] ?? '';
  const old = Object.hasOwn(record, step) ? record[step] : undefined;
  if (old === undefined) return { unknown: step, known: Object.keys(record), depth };
  if (depth === steps.length - 1) return { value: { ...record, [step]: value } };
  if (!isMapping(old)) return { unknown: steps[depth + 1] ?? '', known: [], depth: depth + 1 };
  const inner = change(old, steps, value, depth + 1);
  return 'unknown' in inner ? inner : { value: { ...record, [step]: inner.value } };
}

/** Undefined for what is no YAML or cannot be JSON. */
function parseValue(text: string): Json | undefined {
  try {
    const document = parseDocument(text, { stringKeys: true, resolveKnownTags: false, logLevel: 'silent' });
    if (document.errors.length > 0 || document.warnings.length > 0) return undefined;
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    return isJson(value) ? value : undefined;
  } catch (error) {
    // A reference to an anchor, or nesting beyond the stack.
    if (error instanceof ReferenceError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function isJson(value: unknown): value is Json {
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isJson);
  return value === null || typeof value === 'string' || typeof value === 'boolean';
}
