import type { CellState } from '../page-data.ts';
import { STATES } from './words.ts';

export function StateBadge({ state, count }: { readonly state: CellState; readonly count?: number }) {
  const { words, sign } = STATES[state];
  return (
    <span class={`state ${state}`}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      {count === undefined ? words : `${count} ${words}`}
    </span>
  );
}
