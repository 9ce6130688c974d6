import { renderToString } from 'preact-render-to-string';
import type { PageData } from '../page-data.ts';
import { Page } from './page.tsx';

/** The page as HTML, as it is before its script starts. */
export function render(data: PageData, isLive: boolean): string {
  return renderToString(<Page initial={data} isLive={isLive} />);
}
