import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PageData } from '../page-data.ts';
import { CellDetail } from './cell-detail.tsx';
import { CellLinks } from './cell-links.tsx';
import { CellName } from './cell-name.tsx';
import { EntryDetail } from './entry-detail.tsx';
import type { ShownCell } from './live.ts';
import { close, type Route } from './route.ts';

interface Props {
  readonly route: Route;
  readonly data: PageData;
  readonly cells: readonly ShownCell[];
}

/** What a link opened: beside the page where there is room, above it on a phone. */
export function Panel({ route, data, cells }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { title, body } = contentOf(route, data, cells);
  // The heading takes the focus, so that keys and screen readers go on in the panel.
  useEffect(() => heading.current?.focus(), [title]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && close();
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <aside class="panel" aria-labelledby="panel-title">
      <div class="bar">
        <button type="button" onClick={() => history.back()}>
          ← Back
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      <h2 id="panel-title" tabIndex={-1} ref={heading}>
        <CellName id={title} />
      </h2>
      {body}
    </aside>
  );
}

function contentOf(
  route: Route,
  data: PageData,
  cells: readonly ShownCell[],
): { title: string; body: ComponentChildren } {
  if (route?.to === 'cell') {
    const cell = cells.find(({ id }) => id === route.id);
    if (cell) return { title: cell.id, body: <CellDetail cell={cell} data={data} cells={cells} /> };
    return { title: 'No such cell', body: <p>The pipeline has no cell {route.id}.</p> };
  }
  if (route?.to === 'entry') {
    const table = data.tables.find(({ name }) => name === route.table);
    const entry = table?.rows[route.row]?.entries[route.column];
    if (table && entry)
      return {
        title: entry.text,
        body: <EntryDetail table={table} entry={entry} place={route} data={data} cells={cells} />,
      };
    return { title: 'No such number', body: <p>The tables have no number here.</p> };
  }
  if (route?.to === 'warning') {
    const { table, name } = route;
    const list =
      table === undefined ? data.warnings : data.tables.find((one) => one.name === table)?.warnings;
    const warning = list?.find((one) => one.name === name);
    if (warning)
      return {
        title: `Warning: ${name}`,
        body: (
          <>
            <p>{warning.message}</p>
            <h3>Cells</h3>
            <CellLinks places={warning.cells} cells={cells} />
          </>
        ),
      };
  }
  return { title: 'Nothing here', body: <p>The link names nothing on this page.</p> };
}
