import { homedir } from 'node:os';
import { draw } from '../figure/draw/draw.ts';
import type { Figure } from '../figure/figure.ts';
import { toSvg } from '../figure/svg.ts';
import { home } from '../home.ts';
import { buildPage } from '../page/build-page.ts';
import type { FolderWord } from '../page/hidden.ts';
import type { PageData, PageFigure } from '../page/page-data.ts';
import { warningText } from '../report/words.ts';
import type { Figures } from './figures.ts';
import { version } from './home.ts';
import type { Results } from './results.ts';
import type { Tables } from './tables.ts';
import type { OpenPipeline } from './workspace.ts';

/** What the page of a pipeline shows of the results that are cached now. */
export function pageOf(
  { workspace, pipeline, cache }: OpenPipeline,
  { plans, known }: Results,
  { tables, failures }: Tables,
  { figures, failures: ofFigures }: Figures,
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
    figures: figures.map(drawnFigure),
    problems: [...failures, ...ofFigures].map(({ message }) => message),
    folders: [...named],
  });
}

/** The page prints title, notes and warnings itself, so that they wrap with its width. */
function drawnFigure({ name, title, notes, warnings, ...rest }: Figure): PageFigure {
  const figure = { ...rest, name, title: undefined, notes: [], warnings: [] };
  const drawing = draw(figure);
  const { width } = drawing;
  return { name, title, svg: toSvg(drawing), width, notes: [...notes, ...warnings.map(warningText)] };
}
