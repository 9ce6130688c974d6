import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { home } from '../home.ts';
import type { PageAssets } from '../page/html.ts';

/** Loads what the build made for pages: script, style sheet, and the module that writes HTML. */
export async function loadPageAssets(): Promise<PageAssets> {
  const module = pathToFileURL(built('page-render.js')).href;
  // The build bundles `src/page/browser/render.tsx` to this module.
  const { render } = (await import(module)) as Pick<PageAssets, 'render'>;
  return { ...pageFiles(), render };
}

/** The parts that every page contains. */
export function pageFiles(): Omit<PageAssets, 'render'> {
  const read = (name: string) => readFileSync(built(name), 'utf8').trimEnd();
  return { script: read('page.js'), style: read('page-style.css') };
}

function built(name: string): string {
  return join(home, 'dist', name);
}
