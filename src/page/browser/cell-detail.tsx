import type { PageCell, PageData } from '../page-data.ts';
import { CellLinks } from './cell-links.tsx';
import { Origin } from './cell-origin.tsx';
import { CurvePictures } from './curves.tsx';
import type { ShownCell } from './live.ts';
import { Pairs } from './pairs.tsx';
import { stageLink } from './route.ts';
import { StateBadge } from './state-badge.tsx';
import { duration, memory, plural, progressWords, time } from './words.ts';

interface Props {
  readonly cell: ShownCell;
  readonly data: PageData;
  readonly cells: readonly ShownCell[];
}

/** All that is known of a cell: what came out, what it was made from, and at what cost. */
export function CellDetail({ cell, data, cells }: Props) {
  const { state, message, progress, values, needs, parameters, warnings, curves } = cell;
  const stage = data.stages[cell.stage];
  const hasFailed = state === 'failed' || state === 'timeout';
  const used = cells.flatMap((one, place) =>
    Object.values(one.needs).some((need) => cells[need]?.id === cell.id) ? [place] : [],
  );
  return (
    <>
      <p>
        <StateBadge state={state} />{' '}
        {stage && (
          <>
            stage <a href={stageLink(stage.name)}>{stage.name}</a>, kind {stage.kind}
          </>
        )}
      </p>
      {state === 'running' && progress && <p>{progressWords(progress)}</p>}
      {message && <p class={hasFailed ? 'failure' : ''}>{message}</p>}
      {hasFailed && <LastAttempt cell={cell} />}
      {values && Object.keys(values).length > 0 && (
        <>
          <h3>Values</h3>
          <Pairs values={values} />
        </>
      )}
      {warnings && (
        <>
          <h3>Warnings</h3>
          <ul class="warnings">
            {warnings.map(({ name, message }, k) => (
              <li key={k}>
                <strong>{name}</strong>: {message}
              </li>
            ))}
          </ul>
        </>
      )}
      {curves && (
        <>
          <h3>Curves</h3>
          <CurvePictures curves={curves} />
        </>
      )}
      {Object.keys(needs).length > 0 && (
        <>
          <h3>Made from</h3>
          <CellLinks places={Object.values(needs)} cells={cells} words={Object.keys(needs)} />
        </>
      )}
      {used.length > 0 && (
        <details>
          <summary>Used by {plural(used.length, 'cell')}</summary>
          <CellLinks places={used} cells={cells} />
        </details>
      )}
      <h3>Parameters</h3>
      <Pairs values={{ ...cell.axes, ...renamed(parameters, cell.axes) }} />
      {stage && Object.keys(stage.parameters).length > 0 && (
        <details>
          <summary>The same in all cells of the stage</summary>
          <Pairs values={stage.parameters} />
        </details>
      )}
      <Origin cell={cell} data={data} />
      {!hasFailed && <LastAttempt cell={cell} />}
    </>
  );
}

/** A parameter of the cell itself may have the name of an axis that it inherits from an input. */
function renamed(parameters: PageCell['parameters'], axes: PageCell['axes']): PageCell['parameters'] {
  const named = Object.entries(parameters).map(([name, value]) => [
    Object.hasOwn(axes, name) ? `${name} (its own)` : name,
    value,
  ]);
  return Object.fromEntries(named) as PageCell['parameters']; // only names change
}

function LastAttempt({ cell: { id, attempt } }: { readonly cell: ShownCell }) {
  if (attempt === undefined) return null;
  const { number, started, host, seconds, peakMemory, log } = attempt;
  return (
    <>
      <h3>Attempt {number}</h3>
      <Pairs
        values={{
          started: time(started),
          ...(seconds !== undefined && { took: duration(seconds) }),
          ...(peakMemory !== undefined && { 'most memory': memory(peakMemory) }),
          ...(host !== undefined && { host }),
        }}
      />
      {log === undefined ? (
        <p class="quiet">It printed nothing.</p>
      ) : (
        <>
          <p class="quiet">The end of its log:</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre tabIndex={0}>{log}</pre>
        </>
      )}
      <p class="quiet">
        In the project: <code>retable why '{id}'</code>, <code>retable logs '{id}'</code>
      </p>
    </>
  );
}
