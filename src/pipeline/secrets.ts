import { isList, type Json } from '../json.ts';

const WORDS: ReadonlySet<string> = new Set([
  ...['token', 'secret', 'secrets', 'password', 'passwords', 'passwd', 'passphrase', 'pwd'],
  ...['key', 'apikey', 'credential', 'credentials'],
]);

/** Whether a name, such as `API_TOKEN` or `apiKey`, is typical of a secret. `max-tokens` is not. */
export function isSecretName(name: string): boolean {
  const words = name.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/);
  return words.some((word) => WORDS.has(word.toLowerCase()));
}

/**
 * A value with its secrets hidden: texts and numbers whose names are typical of secrets, at any depth, are replaced
 * by `(hidden)`, or by `(hidden, changed)` if they differ from `before`.
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
  // Everything inside a secret is secret.
  const nameOf = (key: string) => (isSecretName(name) ? name : key);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withoutSecrets(one, nameOf(key), were[key])]),
  );
}
