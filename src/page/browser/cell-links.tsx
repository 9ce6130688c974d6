import { CellName } from './cell-name.tsx';
import type { ShownCell } from './live.ts';
import { cellLink } from './route.ts';
import { STATES } from './words.ts';

interface Props {
  /** Positions in `cells`. */
  readonly places: readonly number[];
  readonly cells: readonly ShownCell[];
  /** A word for each, such as its number or the name of the need. */
  readonly words?: readonly string[];
}

/** How many links are shown at once. */
const MOST = 100;

/** Links to cells, with a sign for the state of each that is not done. */
export function CellLinks({ places, cells, words }: Props) {
  return (
    <>
      <ul class="cells">
        {places.slice(0, MOST).map((place, k) => {
          const cell = cells[place];
          if (cell === undefined) return null;
          return (
            <li key={k}>
              <a href={cellLink(cell.id)}>
                <CellName id={cell.id} />
              </a>
              {cell.state !== 'done' && <span class={`state ${cell.state}`}>{STATES[cell.state].words}</span>}
              {words?.[k] !== undefined && <span class="word">{words[k]}</span>}
            </li>
          );
        })}
      </ul>
      {places.length > MOST && (
        <p class="quiet">And {places.length - MOST} more; the list of cells has all.</p>
      )}
    </>
  );
}
