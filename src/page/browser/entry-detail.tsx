import type { Json } from '../../json.ts';
import type { PageCell, PageData, PageEntry, PageTable } from '../page-data.ts';
import { CellLinks } from './cell-links.tsx';
import type { ShownCell } from './live.ts';
import { Pairs } from './pairs.tsx';
import { written } from './words.ts';

interface Props {
  readonly table: PageTable;
  readonly entry: PageEntry;
  readonly place: { readonly row: number; readonly column: number };
  readonly data: PageData;
  readonly cells: readonly ShownCell[];
}

/** What a number of a table is, and the cells that it comes from. */
export function EntryDetail({ table, entry, place, data, cells }: Props) {
  const { mean, std, members } = entry;
  const where = [...(table.rows[place.row]?.words ?? []), table.columns[place.column] ?? ''];
  const places = members.map(([cell]) => cell);
  const known = members.filter(([, number]) => number !== null).length;
  const all = places.flatMap((position) => cells[position] ?? []);
  return (
    <>
      <p>
        {table.title}: <strong>{where.join(' · ')}</strong>
      </p>
      <p class="quiet">{table.headline}</p>
      <Pairs
        values={{
          mean: mean ?? 'not known',
          ...(std !== null && { 'standard deviation': std }),
          n: known === members.length ? known : `${known} of ${members.length}`,
        }}
      />
      <h3>Comes from</h3>
      <CellLinks
        places={places}
        cells={cells}
        words={members.map(([, number]) => (number === null ? 'no value' : String(number)))}
      />
      <h3>Parameters of these cells</h3>
      <Parameters cells={all} data={data} />
    </>
  );
}

/** First what differs between cells, then what they share. */
function Parameters({ cells, data }: { readonly cells: readonly PageCell[]; readonly data: PageData }) {
  const axes = compared(cells.map((cell) => cell.axes));
  const parameters = compared(
    cells.map((cell) => ({ ...data.stages[cell.stage]?.parameters, ...cell.parameters })),
  );
  // An axis that is inherited from an input may have the name of a parameter of the cell itself.
  const differing = { ...parameters.differing, ...axes.differing };
  return (
    <>
      {Object.keys(differing).length > 0 && (
        <>
          <p class="quiet">They differ in:</p>
          <Pairs values={differing} />
        </>
      )}
      {Object.keys(axes.shared).length > 0 && (
        <>
          <p class="quiet">They share:</p>
          <Pairs values={axes.shared} />
        </>
      )}
      <details>
        <summary>Parameters that they share</summary>
        <Pairs values={parameters.shared} />
      </details>
    </>
  );
}

/** The values of each name, in the order of the cells, if they differ; otherwise the value that all share. */
function compared(all: readonly Readonly<Record<string, Json>>[]) {
  const differing: Record<string, string> = {};
  const shared: Record<string, Json> = {};
  for (const name of new Set(all.flatMap((one) => Object.keys(one)))) {
    const values = new Set(all.map((one) => JSON.stringify(one[name])));
    const [first] = all;
    if (values.size > 1)
      differing[name] = [...new Set(all.map((one) => written(one[name] ?? '—')))].join(', ');
    else shared[name] = first?.[name] ?? null;
  }
  return { differing, shared };
}
