import { homedir } from 'node:os';
import { buildPage } from '../page/build-page.ts';
import type { FolderWord } from '../page/hidden.ts';
import type { PageData, PageFigure } from '../page/page-data.ts';
import { home, version } from './home.ts';
import type { Results } from './results.ts';
import type { Tables } from './tables.ts';
import type { OpenPipeline } from './workspace.ts';

/** What the page of a pipeline shows of the results that are cached now. */
export function pageOf(
  { workspace, pipeline, cache }: OpenPipeline,
  { plans, known }: Results,
  { tables, failures }: Tables,
  figures: readonly PageFigure[],
): PageData {
  const folders: FolderWord[] = [
    [workspace.root, ''],
    [workspace.cacheFolder, 'cache'],
    [home, 'retable'],
    [homedir(), '~'],
  ];
  // Of two words for one folder, the first counts.
  const named = new Map(folders.toReversed());
  return buildPage({
    version,
    pipeline,
    plans,
    known,
    cache,
    tables,
    figures,
    problems: failures.map(({ message }) => message),
    folders: [...named],
  });
}
