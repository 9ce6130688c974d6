import type { PageCell, PageData } from '../page-data.ts';
import type { LiveRun } from './live.ts';
import { StateBadge } from './state-badge.tsx';
import { countStates, duration, memory, plural, written } from './words.ts';

interface Props {
  readonly data: PageData;
  readonly cells: readonly PageCell[];
  /** Undefined in a report. */
  readonly live: LiveRun | undefined;
}

/** What the page is about: the pipeline, its parameters, and how far it is. */
export function Summary({ data, cells, live }: Props) {
  const { pipeline, description, profile, params, set, engines, version } = data;
  const counts = countStates(cells);
  const seconds = cells.reduce((sum, { attempt }) => sum + (attempt?.seconds ?? 0), 0);
  const peak = Math.max(0, ...cells.map(({ attempt }) => attempt?.peakMemory ?? 0));
  return (
    <header class="summary">
      <h1>{pipeline}</h1>
      {description && <p class="description">{description}</p>}
      <div class="progress" aria-hidden="true">
        {counts.map(([state, count]) => (
          <span key={state} class={state} style={{ flexGrow: count }} />
        ))}
      </div>
      <p class="counts">
        <strong>{plural(cells.length, 'cell')}</strong>
        {counts.map(([state, count]) => (
          <StateBadge key={state} state={state} count={count} />
        ))}
      </p>
      {live && <RunState live={live} />}
      <dl class="facts">
        <Fact name="profile" value={profile ?? 'none'} />
        {engines.map((engine, k) => (
          <Fact
            key={k}
            name={engines.length > 1 ? `engine ${k + 1}` : 'engine'}
            value={`${engine.name}, ${engine.processor}`}
          />
        ))}
        <Fact name="computing" value={duration(seconds)} />
        {peak > 0 && <Fact name="most memory" value={memory(peak)} />}
        <Fact name="retable" value={version} />
      </dl>
      {Object.keys(set).length > 0 && (
        <p class="set">
          Changed from the profile:{' '}
          {Object.entries(set).map(([key, value]) => (
            <code key={key}>
              {key}={written(value)}
            </code>
          ))}
        </p>
      )}
      {Object.keys(params).length > 0 && (
        <details>
          <summary>Parameters of the pipeline</summary>
          <dl class="pairs">
            {Object.entries(params).map(([key, value]) => (
              <Fact key={key} name={key} value={written(value)} />
            ))}
          </dl>
        </details>
      )}
    </header>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function RunState({ live }: { readonly live: LiveRun }) {
  const words = {
    waiting: 'No run is going on.',
    started: 'A run is going on.',
    finished: 'The run has finished.',
    interrupted: 'The run was interrupted.',
  }[live.state];
  return (
    <div class={`run ${live.state}`} role="status">
      <p>
        {words} {live.summary}
        {!live.isConnected && ' The connection is lost; the page tries again.'}
      </p>
      {live.notices.map((notice, k) => (
        <p key={k} class="notice">
          {notice}
        </p>
      ))}
    </div>
  );
}
