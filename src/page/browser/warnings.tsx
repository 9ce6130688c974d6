import type { PageWarning } from '../page-data.ts';
import { warningLink } from './route.ts';
import { plural } from './words.ts';

interface Props {
  readonly warnings: readonly PageWarning[];
  /** Undefined for the warnings of all cells. */
  readonly table?: string;
}

/** Warnings by name, each with a link to its cells. */
export function Warnings({ warnings, table }: Props) {
  if (warnings.length === 0) return null;
  return (
    <ul class="warnings">
      {warnings.map(({ name, message, cells }) => (
        <li key={name}>
          <p>
            <strong>{name}</strong>, <a href={warningLink(name, table)}>{plural(cells.length, 'cell')}</a>
          </p>
          <p>{cells.length > 1 ? `The first: ${message}` : message}</p>
        </li>
      ))}
    </ul>
  );
}
