import { useEffect, useState } from 'preact/hooks';
import type { PageData } from '../page-data.ts';
import { CellList } from './cell-list.tsx';
import { Figures } from './figures.tsx';
import { useLive } from './live.ts';
import { Panel } from './panel.tsx';
import { Problems } from './problems.tsx';
import { ResultsTable } from './results-table.tsx';
import { isPanel, useRoute } from './route.ts';
import { Stages } from './stages.tsx';
import { Summary } from './summary.tsx';
import { Warnings } from './warnings.tsx';

/** The whole page. What is drawn before the first effect is also in the file, and is read without JavaScript. */
export function Page({ initial, isLive }: { readonly initial: PageData; readonly isLive: boolean }) {
  const { data, cells, run } = useLive(initial, isLive);
  const route = useRoute();
  const [isAlive, setAlive] = useState(false);
  useEffect(() => setAlive(true), []);
  const stage = route?.to === 'stage' ? route.name : undefined;
  useEffect(() => {
    if (stage !== undefined) document.getElementById('cells')?.scrollIntoView();
  }, [stage]);
  const isOpen = isAlive && isPanel(route);
  const { tables, figures, warnings, problems } = data;
  return (
    <div class={isOpen ? 'page open' : 'page'}>
      <main inert={isOpen && coversAll()}>
        <Summary data={data} cells={cells} live={run} />
        <Problems problems={problems} cells={cells} />
        {tables.length > 0 && (
          <section aria-labelledby="tables">
            <h2 id="tables">Tables</h2>
            {tables.map((table) => (
              <ResultsTable key={table.name} table={table} />
            ))}
          </section>
        )}
        {figures.length > 0 && (
          <section aria-labelledby="figures">
            <h2 id="figures">Figures</h2>
            <Figures figures={figures} />
          </section>
        )}
        {warnings.length > 0 && (
          <section aria-labelledby="warnings">
            <h2 id="warnings">Warnings</h2>
            <div class="card">
              <Warnings warnings={warnings} />
            </div>
          </section>
        )}
        <section aria-labelledby="stages">
          <h2 id="stages">Stages</h2>
          <Stages data={data} cells={cells} />
        </section>
        <section aria-labelledby="cells">
          <h2 id="cells">Cells</h2>
          {isAlive ? (
            <CellList cells={cells} stages={data.stages} stage={stage} />
          ) : (
            <p class="quiet">
              The list of cells needs JavaScript. <code>retable status --json</code> prints it, too.
            </p>
          )}
        </section>
        <footer class="quiet">
          Each number of a table is a link to the cells that it comes from. Made by retable {data.version}.
        </footer>
      </main>
      {isOpen && <Panel route={route} data={data} cells={cells} />}
    </div>
  );
}

/** On a phone the panel covers the page, which then takes no focus. */
function coversAll(): boolean {
  return !matchMedia('(min-width: 1000px)').matches;
}
