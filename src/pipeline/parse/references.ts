import type { Json } from '../../json.ts';
import type { Findings } from './findings.ts';
import { describeValue, isMapping } from './readers.ts';
import type { Path, Place } from './source.ts';

/** A `${{ }}` in a string. */
export interface Reference {
  /** As written, with its braces. */
  readonly text: string;
  readonly root: 'params' | 'matrix' | 'needs' | 'sweeps';
  /** The names after the root: `['teacher', 'net']` of `needs.teacher.net`. */
  readonly names: readonly string[];
}

/** A `${{ }}` that is not a valid reference, or is not closed. */
export interface BadReference {
  readonly text: string;
  readonly root: 'bad';
}

/**
 * Returns the value of a reference; undefined if there is none, which the function has reported. `embedded`: the
 * reference is inside other text, so the value must be a scalar; anything else must be reported too.
 */
export type Lookup = (reference: Reference, embedded: boolean) => Json | undefined;

/** A value whose references were found. A constant has none. */
export type Template =
  | { readonly constant: true; readonly value: Json }
  | {
      readonly constant: false;
      readonly references: readonly (Reference | BadReference)[];
      /** Replaces the references; undefined if one has no value. */
      fill(lookup: Lookup): Json | undefined;
    };

/** Finds the references of a value once, so that it can be filled in many times without parsing. */
export function compileTemplate(value: Json): Template {
  if (typeof value === 'string') return compileText(value);
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => compileTemplate(item));
    if (items.every((item) => item.constant)) return { constant: true, value };
    return {
      constant: false,
      references: items.flatMap((item) => (item.constant ? [] : item.references)),
      fill(lookup) {
        const filled = items.map((item) => (item.constant ? item.value : item.fill(lookup)));
        return filled.every((item) => item !== undefined) ? filled : undefined;
      },
    };
  }
  if (!isMapping(value)) return { constant: true, value };
  const keys = Object.keys(value);
  const values = compileTemplate(Object.values(value));
  if (values.constant) return { constant: true, value };
  return {
    constant: false,
    references: values.references,
    fill(lookup) {
      const filled = values.fill(lookup);
      return Array.isArray(filled) ? Object.fromEntries(keys.map((key, at) => [key, filled[at]])) : undefined;
    },
  };
}

function compileText(text: string): Template {
  if (!text.includes('${{')) return { constant: true, value: text };
  const parts = text
    .split(/(\$\{\{.*?\}\})/s)
    .filter((part) => part.length > 0)
    .map((part) => (part.includes('${{') ? parseReference(part) : part));
  const references = parts.filter((part) => typeof part !== 'string');
  const whole = text.trim() === references[0]?.text ? references[0] : undefined;
  return {
    constant: false,
    references,
    fill(lookup) {
      if (whole !== undefined) return whole.root === 'bad' ? undefined : lookup(whole, false);
      let filled = '';
      for (const part of parts) {
        const piece = typeof part === 'string' ? part : part.root === 'bad' ? undefined : lookup(part, true);
        if (piece === undefined || (typeof piece === 'object' && piece !== null)) return undefined;
        filled += String(piece);
      }
      return filled;
    },
  };
}

function parseReference(text: string): Reference | BadReference {
  const match = /^\$\{\{\s*(params|matrix|needs|sweeps)((?:\.[A-Za-z0-9_-]+)+)\s*\}\}$/.exec(text);
  const [root, rest] = [match?.[1], match?.[2]];
  if (rest === undefined)
    return { text: text.includes('}}') ? text : (text.split('\n')[0] ?? text), root: 'bad' };
  const names = rest.slice(1).split('.');
  if (root === 'params') return { text, root, names };
  if (root === 'matrix' && names.length === 1) return { text, root, names };
  if ((root === 'needs' || root === 'sweeps') && names.length === 2) return { text, root, names };
  return { text, root: 'bad' };
}

/** Reports references that are malformed, or whose root is not allowed here. */
export function checkReferences(
  references: readonly (Reference | BadReference)[],
  allowed: readonly Reference['root'][],
  findings: Findings,
  place: Place & { path: Path },
): Reference[] {
  const words = allowed.map((root) => meaning[root]).join(' or ');
  return references.flatMap((reference) => {
    const at = { ...place, within: reference.text };
    if (reference.root === 'bad') {
      const closed = reference.text.endsWith('}}');
      findings.error('bad-reference', at, closed ? 'this is not a reference' : `a reference is not closed`, {
        hint: closed ? `it can be ${words}; expressions are not calculated` : 'close it with }}',
      });
      return [];
    }
    if (allowed.includes(reference.root)) return [reference];
    findings.error('bad-reference', at, `'${reference.root}' has no meaning here`, { hint: `use ${words}` });
    return [];
  });
}

const meaning: Readonly<Record<Reference['root'], string>> = {
  params: 'params.NAME',
  matrix: 'matrix.AXIS',
  needs: 'needs.NAME.PARAMETER',
  sweeps: 'sweeps.NAME.AXIS',
};

/** Reports a value that cannot be part of a text. */
export function checkEmbedded(
  value: Json,
  reference: Reference,
  findings: Findings,
  place: Place,
): Json | undefined {
  if (typeof value !== 'object') return value;
  const path = [reference.root, ...reference.names].join('.');
  findings.error('wrong-type', place, `'${path}' is ${describeValue(value)}: it cannot be a part of a text`);
  return undefined;
}
