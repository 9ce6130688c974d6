import { useEffect, useRef, useState } from 'preact/hooks';
import type { Progress } from '../../kind/kind.ts';
import { curvesOf, type RecordLine, type RecordMeasurements } from '../curves.ts';
import type { CellState, PageCell, PageData, PageEvent } from '../page-data.ts';

/** What is known of the run that goes on. */
export interface LiveRun {
  readonly state: 'waiting' | 'started' | 'finished' | 'interrupted';
  readonly summary: string;
  readonly notices: readonly string[];
  readonly isConnected: boolean;
}

/** A cell of the page, with its progress while it runs. */
export type ShownCell = PageCell & { readonly progress?: Progress };

/** What events told about a cell since the page was loaded. */
interface Told {
  state?: CellState;
  message?: string | undefined;
  progress?: Progress | undefined;
  records: RecordLine[];
  /** Those of each record. */
  measurements: (RecordMeasurements | null)[];
  /** Number of the event that told its state. */
  at: number;
}

/** How many notices are shown. */
const NOTICES = 5;

/** The data of a page, and what the events of a run change in them. Without `isLive`, they stay as they are. */
export function useLive(initial: PageData, isLive: boolean) {
  const [data, setData] = useState(initial);
  const [run, setRun] = useState<LiveRun>({ state: 'waiting', summary: '', notices: [], isConnected: true });
  const [changes, setChanges] = useState(0);
  const told = useRef(new Map<string, Told>());
  useEffect(() => {
    if (!isLive) return;
    const source = new EventSource(initial.live?.events ?? 'events');
    let seen = 0;
    let isDrawn = true;
    let loading: Promise<void> | undefined;
    let isStale = false;
    // Many events can come at once: they are drawn together.
    const draw = () => {
      if (!isDrawn) return;
      isDrawn = false;
      requestAnimationFrame(() => {
        isDrawn = true;
        setChanges((count) => count + 1);
      });
    };
    const load = async () => {
      do {
        isStale = false;
        const since = seen;
        const response = await fetch('data.json');
        if (!response.ok) return;
        const next = (await response.json()) as PageData; // our own server
        forgetBefore(told.current, next, since);
        setData(next);
      } while (isStale);
    };
    const change = (event: PageEvent) => {
      seen += 1;
      switch (event.event) {
        case 'run':
          if (event.state === 'started') told.current.clear();
          setRun((before) => ({
            ...before,
            ...(event.state === 'started' && { notices: [] }),
            state: event.state,
            summary: event.summary ?? '',
          }));
          break;
        case 'notice':
          setRun((before) => ({
            ...before,
            notices: [...before.notices, event.message].slice(-NOTICES),
          }));
          break;
        case 'changed':
          isStale = true;
          loading ??= load().finally(() => {
            loading = undefined;
          });
          // It will be loaded when the connection is back.
          loading.catch(() => {});
          break;
        default:
          told.current.set(event.cell, after(told.current.get(event.cell), event, seen));
      }
      draw();
    };
    source.onmessage = ({ data: text }: MessageEvent<string>) => change(JSON.parse(text) as PageEvent); // our own server
    source.onopen = () => setRun((before) => ({ ...before, isConnected: true }));
    source.onerror = () => setRun((before) => ({ ...before, isConnected: false }));
    return () => source.close();
  }, [isLive]);
  const cells = isLive ? merged(data.cells, told.current) : data.cells;
  return { data, cells, run: isLive ? run : undefined, changes };
}

type CellEvent = Extract<PageEvent, { readonly cell: string }>;

function after(before: Told | undefined, event: CellEvent, at: number): Told {
  const known = before ?? { records: [], measurements: [], at };
  switch (event.event) {
    case 'cell':
      // A cell that starts again reports its earlier records again.
      return {
        state: event.state,
        message: event.message,
        ...(event.state === 'running'
          ? { records: [], measurements: [] }
          : { records: known.records, measurements: known.measurements }),
        at,
      };
    case 'progress':
      return { ...known, progress: event.progress };
    case 'record':
      known.records.push(event.record);
      known.measurements.push(event.measurements ?? null);
      return { ...known };
  }
}

/** What was told before data were loaded is in them, except for what a running cell reports. */
function forgetBefore(told: Map<string, Told>, { cells }: PageData, since: number): void {
  const running = new Set(cells.flatMap(({ id, state }) => (state === 'running' ? [id] : [])));
  for (const [id, { at }] of told) if (at <= since && !running.has(id)) told.delete(id);
}

function merged(cells: readonly PageCell[], told: ReadonlyMap<string, Told>): readonly ShownCell[] {
  if (told.size === 0) return cells;
  return cells.map((cell) => {
    const news = told.get(cell.id);
    if (news === undefined) return cell;
    const curves = curvesOf(news);
    const isLonger = curves !== undefined && curves.of >= (cell.curves?.of ?? 0);
    return {
      ...cell,
      ...(news.state && { state: news.state }),
      ...(news.message !== undefined && { message: news.message }),
      ...(news.progress && { progress: news.progress }),
      ...(isLonger && { curves }),
    };
  });
}
