import { canonicalJson, sha256 } from '../cache/digest.ts';
import type { Json } from '../json.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { isSecretName } from '../pipeline/secrets.ts';

/**
 * The folder below `results/` for the tables of a pipeline: `mixacm/quick`, or `mixacm/quick+epochs=10` with `--set`. A
 * value that is a secret by its name, or cannot be in the name of a folder on every system (such as upper case), is
 * replaced by a digest: `quick+net=@1f0c3a9b52de`.
 */
export function resultsFolder({ name, profile = '', set }: Pipeline): string {
  const parts = Object.entries(set).map(([key, value]) => part(key, value));
  const whole = parts.map((one) => `+${one}`).join('');
  const suffix = whole.length <= 100 ? whole : `+@${digest(set)}`;
  return profile + suffix === '' ? name : `${name}/${profile}${suffix}`;
}

function part(key: string, value: Json): string {
  const text = `${key}=${String(value)}`;
  // Text that looks like another type, such as "10", is replaced too.
  const isPlain =
    !isSecretName(key) && (typeof value === 'number' || typeof value === 'boolean' || isWord(value));
  if (isPlain && /^[a-z0-9._-]+=[a-z0-9._+-]*[a-z0-9]$/.test(text)) return text;
  return `${key.toLowerCase()}=@${digest([key, value])}`;
}

function isWord(value: Json): boolean {
  return typeof value === 'string' && /^[a-z]/.test(value) && !['true', 'false', 'null'].includes(value);
}

function digest(value: Json): string {
  return sha256(canonicalJson(value)).slice(0, 12);
}
