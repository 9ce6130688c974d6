import type { Json } from '../../json.ts';
import { written } from './words.ts';

/** Names with their values. */
export function Pairs({ values }: { readonly values: Readonly<Record<string, Json>> }) {
  return (
    <dl class="pairs">
      {Object.entries(values).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{written(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
