import { statSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { seriesFolder } from '../cache/run-files.ts';
import { Failure } from '../failure.ts';
import { contentSecurityPolicy, pageHtml } from '../page/html.ts';
import { RunFeed } from '../page/run-feed.ts';
import { type LivePage, LiveServer } from '../page/server.ts';
import { figuresOf } from './figures.ts';
import { EXIT } from './outcome.ts';
import { pageOf } from './page.ts';
import { loadPageAssets } from './page-assets.ts';
import { resultsOf } from './results.ts';
import { seriesOf } from './run-series.ts';
import { tablesOf } from './tables.ts';
import { openPipeline, type PipelineFlags } from './workspace.ts';

export interface UiFlags extends PipelineFlags {
  readonly port: string;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `retable ui`: serves the page of a pipeline to a browser on this machine, and keeps it up to date, until Ctrl-C. */
export async function ui(name: string | undefined, given: UiFlags): Promise<number> {
  const port = portOf(given.port);
  // Cells that compute on this machine go first.
  const low = constants.priority.PRIORITY_BELOW_NORMAL;
  if (getPriority() < low) setPriority(low);
  // Mistakes of the pipeline are reported before anything is served.
  const opened = await openPipeline(name, given);
  const { workspace, file, flags, cache } = opened;
  cache.close();
  const folder = seriesFolder(join(workspace.cacheFolder, 'runs'), workspace.project, seriesOf(opened));
  const feed = new RunFeed(folder);
  const index = join(workspace.cacheFolder, 'index.sqlite');
  const server = new LiveServer({
    feed,
    port,
    stamp: () =>
      [file, index, `${index}-wal`]
        .map(stampOf)
        .concat(feed.runs.map(({ state }) => state))
        .join(),
    build: (events) => livePage(file, flags, events),
  });
  const url = await server.listen();
  console.log(flags.json ? JSON.stringify({ url }) : `${url}\nCtrl-C ends it. Runs go on without it.`);
  await interrupted();
  server.close();
  return EXIT.done;
}

/** Opened anew each time: the pipeline, the code of kinds and the index may all have changed. */
async function livePage(file: string, flags: PipelineFlags, events: string): Promise<LivePage> {
  const opened = await openPipeline(file, flags);
  try {
    const results = await resultsOf(opened);
    const data = {
      ...pageOf(opened, results, tablesOf(results), await figuresOf(results)),
      live: { events },
    };
    const assets = await loadPageAssets();
    return {
      html: pageHtml(data, assets, { isLive: true }),
      json: JSON.stringify(data),
      policy: contentSecurityPolicy(assets, true),
    };
  } finally {
    opened.cache.close();
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new Failure('bad-flag', `--port takes a number from 0 to 65535, not ${text}.`, {
    hint: 'Without the flag, a free port is chosen.',
  });
}

/** Size and time of a file; empty if it does not exist. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.size} ${stat.mtimeMs}` : '';
}

async function interrupted(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve());
  });
}
