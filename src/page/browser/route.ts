import { useEffect, useRef, useState } from 'preact/hooks';

/** What the part of the address after `#` names. */
export type Route =
  | { readonly to: 'cell'; readonly id: string }
  | { readonly to: 'entry'; readonly table: string; readonly row: number; readonly column: number }
  | { readonly to: 'warning'; readonly table: string | undefined; readonly name: string }
  | { readonly to: 'stage'; readonly name: string }
  | undefined;

export function cellLink(id: string): string {
  return `#cell=${encodeURIComponent(id)}`;
}

export function entryLink(table: string, row: number, column: number): string {
  return `#entry=${encodeURIComponent(table)}&row=${row}&column=${column}`;
}

/** @param table undefined for the warnings of all cells */
export function warningLink(name: string, table?: string): string {
  const where = table === undefined ? '' : `&table=${encodeURIComponent(table)}`;
  return `#warning=${encodeURIComponent(name)}${where}`;
}

export function stageLink(name: string): string {
  return `#stage=${encodeURIComponent(name)}`;
}

/** Anyone may write a link, so it may name anything. */
export function parseRoute(hash: string): Route {
  // A plus sign in the name of a cell is a plus sign.
  const part = new URLSearchParams(hash.replace(/^#/, '').replaceAll('+', '%2B'));
  const [cell, table, warning, stage] = ['cell', 'entry', 'warning', 'stage'].map((key) => part.get(key));
  if (cell != null) return { to: 'cell', id: cell };
  if (table != null)
    return { to: 'entry', table, row: Number(part.get('row')), column: Number(part.get('column')) };
  if (warning != null) return { to: 'warning', table: part.get('table') ?? undefined, name: warning };
  return stage == null ? undefined : { to: 'stage', name: stage };
}

/**
 * The route of the address, as it changes. When nothing is open any more, the focus returns to the link that opened
 * the first: so the keyboard goes on where it was.
 */
export function useRoute(): Route {
  const [hash, setHash] = useState('');
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    const follow = () => {
      const isOpen = isPanel(parseRoute(location.hash));
      const focused = document.activeElement;
      if (isOpen && focused?.closest('main')) opener.current = focused;
      setHash(location.hash);
      if (!isOpen && opener.current instanceof HTMLElement) {
        const link = opener.current;
        opener.current = null;
        requestAnimationFrame(() => link.focus());
      }
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseRoute(hash);
}

/** Whether a route opens the panel. */
export function isPanel(route: Route): boolean {
  return route !== undefined && route.to !== 'stage';
}

/** Closes the panel and stays where the page is. */
export function close(): void {
  // An empty hash would scroll to the top.
  location.hash = '#-';
}
