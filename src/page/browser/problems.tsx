import type { PageCell } from '../page-data.ts';
import { CellName } from './cell-name.tsx';
import { cellLink } from './route.ts';
import { STATES } from './words.ts';

interface Props {
  /** Why a table or a figure is missing. */
  readonly problems: readonly string[];
  readonly cells: readonly PageCell[];
}

/** How many failed cells are shown; the list of cells has all. */
const MOST = 10;

/** What went wrong: it comes before the results, because these may lack something. */
export function Problems({ problems, cells }: Props) {
  const failed = cells.filter(({ state }) => state === 'failed' || state === 'timeout');
  if (problems.length + failed.length === 0) return null;
  return (
    <section aria-labelledby="problems">
      <h2 id="problems">Problems</h2>
      <div class="card problems">
        {problems.map((problem, k) => (
          <p key={k}>{problem}</p>
        ))}
        <ul class="cells">
          {failed.slice(0, MOST).map(({ id, state, message }) => (
            <li key={id}>
              <a href={cellLink(id)}>
                <CellName id={id} />
              </a>
              <span class="failure">{message ?? STATES[state].words}</span>
            </li>
          ))}
        </ul>
        {failed.length > MOST && <p class="quiet">And {failed.length - MOST} more.</p>}
      </div>
    </section>
  );
}
