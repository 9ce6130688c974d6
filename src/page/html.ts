import { createHash } from 'node:crypto';
import type { PageData } from './page-data.ts';

/** What `build.mjs` makes of `src/page/browser`. */
export interface PageAssets {
  /** A classic script, with all that it needs. */
  readonly script: string;
  readonly style: string;
  /** The page as HTML, as it is before the script starts. */
  render(data: PageData, isLive: boolean): string;
}

export interface PageOptions {
  /** Whether the page listens to the events of `retable ui`. */
  readonly isLive: boolean;
  /** Told in the head, for who only wants to know whether a file is up to date. */
  readonly shows?: string;
}

/** The page of a pipeline as one HTML file that needs no other. The same data give the same bytes. */
export function pageHtml(data: PageData, assets: PageAssets, { isLive, shows }: PageOptions): string {
  // The drawings are in the HTML already.
  const figures = data.figures.map((figure) => ({ ...figure, svg: '' }));
  const body = assets.render(data, isLive);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">${shows === undefined ? '' : `\n<meta name="retable-shows" content="${shows}">`}
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(assets, isLive)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(titleOf(data))}</title>
<style>${assets.style}</style>
</head>
<body>
<div id="page"${isLive ? ' data-live' : ''}>${body}</div>
<script type="application/json" id="data">${jsonInHtml({ ...data, figures })}</script>
<script>${assets.script}</script>
</body>
</html>
`;
}

/** Lets only the script of the page run, and lets it load nothing; a live page may ask its own server. */
export function contentSecurityPolicy({ script }: Pick<PageAssets, 'script'>, isLive: boolean): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    ...(isLive ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function titleOf({ pipeline, profile }: PageData): string {
  return profile === undefined ? pipeline : `${pipeline}, ${profile}`;
}

/** JSON that cannot end its element: a cell may be named `</script>`. */
function jsonInHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
