import type { Pipeline } from '../pipeline/pipeline.ts';
import { withoutSecrets } from '../pipeline/secrets.ts';
import type { Head } from './table.ts';

/** What a table or a figure of a pipeline is called, and what it is of; without secrets that `--set` gave. */
export function headOf({ name, title }: Pick<Head, 'name' | 'title'>, pipeline: Pipeline): Head {
  const set = Object.entries(pipeline.set).map(([key, value]) => [key, withoutSecrets(value, key)]);
  return {
    name,
    title,
    pipeline: pipeline.name,
    profile: pipeline.profile,
    set: Object.fromEntries(set),
  };
}
