import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from 'yaml';
import type { Json } from '../../json.ts';
import { isScalar } from '../../json.ts';
import { suggest } from '../../suggest.ts';
import type { Location } from '../parse/diagnostic.ts';
import { findInexactNumbers, type InexactNumber } from '../parse/exact-numbers.ts';
import type { Findings } from '../parse/findings.ts';
import { isSameSetting } from '../parse/fractions.ts';
import { isMapping } from '../parse/readers.ts';

/** A `--set key=value` that changes a parameter. */
export interface Override {
  /** The key as given: `epochs`, `net.width`. */
  readonly key: string;
  /** The value given for `key`. */
  readonly given: Json;
  readonly name: string;
  /** The whole value of the parameter. */
  readonly value: Json;
  readonly location: Location;
}

/**
 * The values that `--set` changes, by key, sorted. A key that is set twice counts once; a parameter that is set to
 * its old value does not count.
 */
export function changedBySet(
  overrides: readonly Override[],
  params: Readonly<Record<string, Json>>,
): Record<string, Json> {
  const given = new Map<string, Json>();
  const last = new Map<string, Json>();
  for (const { key, given: value, name, value: whole } of overrides) {
    for (const inner of given.keys()) if (inner.startsWith(`${key}.`)) given.delete(inner);
    given.set(key, value);
    last.set(name, whole);
  }
  const isChanged = (name: string) => {
    const [before, after] = [params[name], last.get(name)];
    return !(isScalar(before) && isScalar(after)
      ? isSameSetting(before, after)
      : isDeepStrictEqual(before, after));
  };
  const changed = [...given].filter(([key]) => isChanged(key.split('.')[0] ?? ''));
  return Object.fromEntries(changed.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Applies `--set` options to raw parameters, in order. Each result contains the whole new value of its parameter. */
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
      findings.error('bad-set', { location }, `'${text}' has no value`, { hint: 'write --set key=value' });
      continue;
    }
    const steps = text.slice(0, equals).trim().split('.');
    const name = steps[0] ?? '';
    const valueText = text.slice(equals + 1);
    const { value, inexact } = parseValue(valueText);
    for (const { start, end, code, message, hint } of inexact) {
      const at = { ...location, column: equals + 2 + start, length: end - start };
      findings.error(code, { location: at }, message, { hint });
    }
    if (value === undefined) {
      const at = { ...location, column: equals + 2, length: Math.max(1, valueText.length) };
      findings.error('bad-set', { location: at }, 'this value is not YAML', {
        hint: 'put quotes around text',
      });
    }
    if (value === undefined || inexact.length > 0) continue;
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
    overrides.push({ key: steps.join('.'), given: value, name, value: whole, location });
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

/** The value is undefined if the text is not YAML; numbers that cannot be represented exactly are listed separately. */
function parseValue(text: string): { readonly value: Json | undefined; readonly inexact: InexactNumber[] } {
  const wrong = { value: undefined, inexact: [] };
  try {
    const document = parseDocument(text, { stringKeys: true, resolveKnownTags: false, logLevel: 'error' });
    const isOther = document.directives !== undefined && document.directives.yaml.version !== '1.2';
    if (document.errors.length > 0 || document.warnings.length > 0 || isOther) return wrong;
    // Without tags, YAML has the same values as JSON, except numbers that are not finite, which are in `inexact`.
    const value = document.toJS({ maxAliasCount: 0 }) as Json;
    return { value, inexact: findInexactNumbers(document, text) };
  } catch (error) {
    // A reference to an anchor, or nesting that overflows the stack.
    if (error instanceof ReferenceError || error instanceof RangeError) return wrong;
    throw error;
  }
}
