import { isList, type Json } from '../json.ts';
import { withoutSecrets } from '../pipeline/secrets.ts';

/** A folder of this machine, and what stands for it on the page. With an empty word, paths are told from this folder. */
export type FolderWord = readonly [folder: string, word: string];

/** Shorter secrets are also parts of other words. */
const SHORTEST_SECRET = 6;

/** Takes out of texts what must not be handed on with a report: folders of this machine, and secrets. */
export class Hidden {
  readonly #words: ReadonlyMap<string, string>;
  readonly #pattern: RegExp | undefined;

  /** @param secret values in which `withoutSecrets` hides something; what it hides is hidden in all texts */
  constructor(folders: readonly FolderWord[], secret: Iterable<Readonly<Record<string, Json>>>) {
    const secrets = new Set([...secret].flatMap((values) => hiddenIn(values, withoutSecrets(values))));
    const known = folders.filter(([folder]) => folder.length > 1);
    this.#words = new Map([...known, ...[...secrets].map((text) => [text, '(hidden)'] as const)]);
    const longestFirst = [...this.#words.keys()].sort((a, b) => b.length - a.length);
    const parts = longestFirst.map((text) => (secrets.has(text) ? escaped(text) : folderPattern(text)));
    this.#pattern = parts.length === 0 ? undefined : new RegExp(parts.join('|'), 'g');
  }

  /** `/home/me/project/src/x.ts` becomes `src/x.ts` if the word for `/home/me/project` is empty. */
  text(text: string): string {
    if (this.#pattern === undefined) return text;
    return text.replace(this.#pattern, (found) => {
      const isBeforePath = found.endsWith('/');
      const word = this.#words.get(isBeforePath ? found.slice(0, -1) : found) ?? '';
      if (word === '') return isBeforePath ? '' : '(project)';
      return isBeforePath ? `${word}/` : word;
    });
  }

  json(value: Json): Json {
    if (typeof value === 'string') return this.text(value);
    if (isList(value)) return value.map((one) => this.json(one));
    return value === null || typeof value !== 'object' ? value : this.record(value);
  }

  /** Also hides values whose names are typical of secrets. */
  record(values: Readonly<Record<string, Json>>): Record<string, Json> {
    const shown = withoutSecrets(values) as Readonly<Record<string, Json>>; // it keeps the keys
    return Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, this.json(value)]));
  }
}

/** With the slash after it, and not as the start of another name. */
function folderPattern(folder: string): string {
  return `${escaped(folder)}(?:/|(?![\\w-]|\\.\\w))`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The texts that are in `value` and not in `shown`, which has the same shape. */
function hiddenIn(value: Json | undefined, shown: Json | undefined): string[] {
  if (typeof value === 'string') return value === shown || value.length < SHORTEST_SECRET ? [] : [value];
  if (value === null || typeof value !== 'object') return [];
  const others = (shown ?? {}) as Readonly<Record<string, Json>>;
  return Object.entries(value).flatMap(([name, one]) => hiddenIn(one as Json, others[name]));
}
