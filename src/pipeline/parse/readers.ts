import type { Json } from '../../json.ts';
import { didYouMean, suggest } from '../../suggest.ts';
import type { Findings } from './findings.ts';
import type { Path } from './source.ts';

export type JsonMap = Readonly<Record<string, Json>>;

/** Reads values of unknown shape. A value of the wrong shape becomes a finding, and undefined or an empty value. */
export class Readers {
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  wrongType(path: Path, what: string, wanted: string, value: unknown, hint?: string): undefined {
    this.#findings.error('wrong-type', { path }, `${what} must be ${wanted}, not ${describeValue(value)}`, {
      hint,
    });
    return undefined;
  }

  /** A mapping; a missing one is empty. */
  mapping(value: unknown, path: Path, what: string, known?: readonly string[]): JsonMap {
    if (value === undefined) return {};
    if (!isMapping(value)) {
      this.wrongType(path, what, 'a mapping (key: value)', value);
      return {};
    }
    if (known !== undefined) {
      for (const key of Object.keys(value).filter((key) => !known.includes(key))) {
        this.#findings.error(
          'unknown-key',
          { path: [...path, key], at: 'key' },
          `${what} has no key '${key}'`,
          {
            hint: suggest(key, known, 'its keys'),
          },
        );
      }
    }
    return value;
  }

  /** A mapping whose keys are names chosen by the author. */
  named(value: unknown, path: Path, what: string, thing: string): JsonMap {
    const mapping = this.mapping(value, path, what);
    const good = Object.entries(mapping).filter(([name]) => this.#goodName(name, [...path, name], thing));
    return Object.fromEntries(good);
  }

  text(value: unknown, path: Path, what: string): string | undefined {
    if (value === undefined || typeof value === 'string') return value;
    return this.wrongType(path, what, 'text', value);
  }

  list(value: unknown, path: Path, what: string): readonly Json[] {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.wrongType(path, what, 'a list', value);
    return [];
  }

  /** One text or a list of them, as a list. */
  texts(value: unknown, path: Path, what: string): { readonly text: string; readonly path: Path }[] {
    if (value === undefined) return [];
    if (typeof value === 'string') return [{ text: value, path }];
    if (!Array.isArray(value)) {
      this.wrongType(path, what, 'text or a list of texts', value);
      return [];
    }
    return value.flatMap((one: unknown, index) => {
      const text = this.text(one, [...path, index], `${what}[${index}]`);
      return text === undefined ? [] : [{ text, path: [...path, index] }];
    });
  }

  /** One of some words; undefined if nothing, or another word, is given. */
  oneOf<T extends string>(value: Json | undefined, words: readonly T[], path: Path): T | undefined {
    const found = words.find((one) => one === value);
    if (found !== undefined || value === undefined) return found;
    const hint = typeof value === 'string' ? didYouMean(value, words) : undefined;
    return this.wrongType(path, quotedKey(path), `one of '${words.join("', '")}'`, value, hint);
  }

  /** A whole number in a range; undefined if nothing, or something else, is given. */
  whole(
    value: Json | undefined,
    { least, most }: { readonly least: number; readonly most: number },
    path: Path,
  ): number | undefined {
    const isGood =
      typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
    if (isGood || value === undefined) return value;
    return this.wrongType(path, quotedKey(path), `a whole number from ${least} to ${most}`, value);
  }

  #goodName(name: string, path: Path, thing: string): boolean {
    if (/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) return true;
    this.#findings.error('bad-name', { path, at: 'key' }, `'${name}' cannot be the name of ${thing}`, {
      hint: 'a name begins with a letter; letters, digits, - and _ follow',
    });
    return false;
  }
}

/** The last key of a path. Positions in lists are no keys. */
function quotedKey(path: Path): string {
  return `'${path.findLast((step) => typeof step === 'string')}'`;
}

export function isMapping(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Describes a value for messages: `the number 3`, `a list`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `the text ${JSON.stringify(shortened(value))}`;
  return typeof value === 'number' ? `the number ${value}` : String(value);
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
