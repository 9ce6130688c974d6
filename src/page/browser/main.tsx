import { hydrate } from 'preact';
import type { PageData } from '../page-data.ts';
import { Page } from './page.tsx';

const root = document.getElementById('page');
const text = document.getElementById('data')?.textContent;
if (root && text) {
  const data = JSON.parse(text) as PageData; // written by `html.ts`
  // The drawings are in the file once: in the document, not in the data.
  const figures = data.figures.map((figure) => ({ ...figure, svg: drawingOf(figure.name) }));
  hydrate(<Page initial={{ ...data, figures }} isLive={root.dataset.live !== undefined} />, root);
}

function drawingOf(name: string): string {
  return document.querySelector(`[data-figure="${CSS.escape(name)}"]`)?.innerHTML ?? '';
}
