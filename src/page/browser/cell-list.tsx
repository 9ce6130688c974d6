import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CellState, PageStage } from '../page-data.ts';
import { CellName } from './cell-name.tsx';
import type { ShownCell } from './live.ts';
import { cellLink } from './route.ts';
import { StateBadge } from './state-badge.tsx';
import { countStates, duration, plural, progressWords, STATES, short } from './words.ts';

interface Props {
  readonly cells: readonly ShownCell[];
  readonly stages: readonly PageStage[];
  /** The stage that a link asks for. */
  readonly stage: string | undefined;
}

/** The height of a row, in pixels: as in the style sheet. */
const ROW = { wide: 40, narrow: 76 };
/** Rows beyond the visible ones, so that the next is there before it is seen. */
const MORE = 8;

/** All cells. Only the rows that are seen are in the document, so that thousands of cells do not slow it. */
export function CellList({ cells, stages, stage }: Props) {
  const [text, setText] = useState('');
  const [state, setState] = useState<CellState | ''>('');
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    if (stage !== undefined) setWanted(stage);
  }, [stage]);
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const at = stages.findIndex(({ name }) => name === wanted);
    return cells.filter(
      (cell) =>
        (state === '' || cell.state === state) &&
        (wanted === '' || cell.stage === at) &&
        words.every((word) => cell.id.toLowerCase().includes(word)),
    );
  }, [cells, stages, text, state, wanted]);
  return (
    <div class="card">
      <search class="filters">
        <label>
          <span>Name contains</span>
          <input
            type="search"
            value={text}
            placeholder="mixacm seed=2"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <label>
          <span>Stage</span>
          <select value={wanted} onChange={(event) => setWanted(event.currentTarget.value)}>
            <option value="">all</option>
            {stages.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>State</span>
          <select
            value={state}
            onChange={(event) => setState(event.currentTarget.value as CellState | '')} // from the options below
          >
            <option value="">all</option>
            {countStates(cells).map(([one, count]) => (
              <option key={one} value={one}>
                {STATES[one].words} ({count})
              </option>
            ))}
          </select>
        </label>
      </search>
      <p class="quiet" role="status">
        {found.length === cells.length
          ? plural(cells.length, 'cell')
          : `${found.length} of ${plural(cells.length, 'cell')}`}
      </p>
      <Rows cells={found} stages={stages} />
    </div>
  );
}

function Rows({ cells, stages }: Pick<Props, 'cells' | 'stages'>) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 480, row: ROW.wide });
  useEffect(() => {
    const wide = matchMedia('(min-width: 720px)');
    const look = () => {
      const { scrollTop = 0, clientHeight = 480 } = box.current ?? {};
      setSeen({ top: scrollTop, height: clientHeight, row: wide.matches ? ROW.wide : ROW.narrow });
    };
    look();
    const element = box.current;
    element?.addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      element?.removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, []);
  const { top, height, row } = seen;
  const first = Math.max(0, Math.floor(top / row) - MORE);
  const end = Math.min(cells.length, Math.ceil((top + height) / row) + MORE);
  return (
    <div class="rows" ref={box}>
      {/* biome-ignore lint/a11y/useSemanticElements: the rows are placed by themselves */}
      <div role="list" aria-label="Cells" style={{ height: `${cells.length * row}px` }}>
        {cells.slice(first, end).map((cell, k) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <div
            role="listitem"
            key={cell.id}
            aria-setsize={cells.length}
            aria-posinset={first + k + 1}
            class="row"
            style={{ top: `${(first + k) * row}px`, height: `${row}px` }}
          >
            <Row cell={cell} shown={stages[cell.stage]?.shown ?? []} />
          </div>
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly cell: ShownCell;
  /** Names of the values that tables show. */
  readonly shown: readonly string[];
}

function Row({ cell, shown }: RowProps) {
  const { id, state, attempt } = cell;
  return (
    <a href={cellLink(id)} onKeyDown={goOn}>
      <StateBadge state={state} />
      <span class="id">
        <CellName id={id} />
      </span>
      <span class="about">{aboutOf(cell, shown)}</span>
      <span class="cost">{attempt?.seconds === undefined ? '' : duration(attempt.seconds)}</span>
    </a>
  );
}

/** How far a cell is while it runs; what came out; otherwise why it has no result. */
function aboutOf(
  { state, progress, values, message, warnings }: ShownCell,
  shown: RowProps['shown'],
): string {
  if (state === 'running' && progress) return progressWords(progress);
  const known = Object.entries(values ?? {}).sort(([a], [b]) => rank(a, shown) - rank(b, shown));
  const words = known.map(([name, value]) => `${name} ${short(value)}`).join(', ') || (message ?? '');
  return [...(warnings ? [plural(warnings.length, 'warning')] : []), words].filter(Boolean).join(', ');
}

/** There is room for one or two values: those of tables come first, and then those that readers look for. */
function rank(name: string, shown: RowProps['shown']): number {
  const place = shown.indexOf(name);
  if (place >= 0) return place;
  return shown.length + (name.endsWith('accuracy') ? 0 : name.endsWith('loss') ? 1 : 2);
}

/** Arrows go from row to row. */
function goOn(event: KeyboardEvent): void {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' } as const;
  const way = step[event.key as keyof typeof step]; // other keys give undefined
  if (way === undefined || !(event.currentTarget instanceof HTMLElement)) return;
  event.preventDefault();
  event.currentTarget.closest('[role=listitem]')?.[way]?.querySelector('a')?.focus();
}
