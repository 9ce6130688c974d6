import type { Json } from '../json.ts';

const WORDS: ReadonlySet<string> = new Set([
  ...['token', 'secret', 'secrets', 'password', 'passwords', 'passwd', 'passphrase', 'pwd'],
  ...['key', 'apikey', 'credential', 'credentials'],
]);

/** Whether a name, such as `API_TOKEN` or `apiKey`, is one that secrets are given by. `max-tokens` is not. */
export function isSecretName(name: string): boolean {
  const words = name.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/);
  return words.some((word) => WORDS.has(word.toLowerCase()));
}

/**
 * What may be shown of a value of that name: texts and numbers that are secrets by their names, however deep, are replaced
 * by `(hidden)`, or by `(hidden, changed)` where they differ from what was there before.
 */
export function withoutSecrets(value: Json, name = '', before: Json = value): Json {
  if (typeof value === 'string' || typeof value === 'number') {
    if (!isSecretName(name)) return value;
    return value === before ? '(hidden)' : '(hidden, changed)';
  }
  if (isList(value)) {
    const were = isList(before) ? before : [];
    return value.map((one, index) => withoutSecrets(one, name, were[index]));
  }
  if (value === null || typeof value !== 'object') return value;
  const were = before !== null && typeof before === 'object' && !isList(before) ? before : {};
  // What is inside a secret is secret.
  const nameOf = (key: string) => (isSecretName(name) ? name : key);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withoutSecrets(one, nameOf(key), were[key])]),
  );
}

/** TypeScript does not take `Array.isArray` for what tells read-only lists. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
