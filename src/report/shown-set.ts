import type { Json } from '../json.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { withoutSecrets } from '../pipeline/secrets.ts';

/** The parameters that `--set` changed, without secrets. */
export function shownSet({ set }: Pipeline): Record<string, Json> {
  return Object.fromEntries(Object.entries(set).map(([key, value]) => [key, withoutSecrets(value, key)]));
}
