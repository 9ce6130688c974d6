import type { PageEntry, PageTable } from '../page-data.ts';
import { entryLink } from './route.ts';
import { Warnings } from './warnings.tsx';

/** A table. Each of its numbers is a link to the cells that it comes from. */
export function ResultsTable({ table }: { readonly table: PageTable }) {
  const { name, title, headline, keys, columns, rows, notes, sources, warnings } = table;
  return (
    <section class="card" id={`table-${name}`} aria-labelledby={`title-${name}`}>
      <h3 id={`title-${name}`}>{title}</h3>
      <p class="quiet">{headline}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="wide" tabIndex={0} aria-label={`Table ${title}`}>
        <table>
          <thead>
            <tr>
              {keys.map((key, k) => (
                <th key={k} scope="col">
                  {key}
                </th>
              ))}
              {columns.map((column, k) => (
                <th key={k} scope="col" class="number">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ words, entries }, row) => (
              <tr key={row} class={startsGroup(words, rows[row - 1]?.words) ? 'group' : undefined}>
                {words.map((word, k) => (
                  <th key={k} scope="row">
                    {word}
                  </th>
                ))}
                {entries.map((entry, column) => (
                  <td key={column} class="number">
                    <Entry entry={entry} link={entryLink(name, row, column)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <ul class="notes">
        {notes.map((note, k) => (
          <li key={k}>{note}</li>
        ))}
        {sources.map((source, k) => (
          <li key={`source ${k}`}>
            [{k + 1}] {source}
          </li>
        ))}
      </ul>
      <Warnings warnings={warnings} table={name} />
    </section>
  );
}

function Entry({ entry, link }: { readonly entry: PageEntry; readonly link: string }) {
  return entry.members.length === 0 ? (
    <span class="quiet">{entry.text}</span>
  ) : (
    <a href={link}>{entry.text}</a>
  );
}

/** Whether a row begins a group of rows with the same first words. */
function startsGroup(words: readonly string[], before: readonly string[] | undefined): boolean {
  return before !== undefined && words.length > 1 && words[0] !== before[0];
}
