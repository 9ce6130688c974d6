import { distance } from 'fastest-levenshtein';

/** `did you mean 'x'?` for a slip of the pen; undefined where nothing is near. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const near = nearest(word, known);
  return near === undefined ? undefined : `did you mean '${near}'?`;
}

/** `did you mean 'x'?`, or else what there is to choose from. */
export function suggest(word: string, known: Iterable<string>, what: string): string {
  const all = [...new Set(known)];
  if (all.length === 0) return `there are no ${what}`;
  return didYouMean(word, all) ?? `${what}: ${all.slice(0, MOST).join(', ')}${more(all.length - MOST)}`;
}

/** So many are listed; a grid can have thousands of cells. */
const MOST = 20;

function more(count: number): string {
  return count > 0 ? ` and ${count} more` : '';
}

function nearest(word: string, known: Iterable<string>): string | undefined {
  // One slip in a short word, two in one of five letters, three in a long one.
  let limit = Math.min(3, Math.max(1, Math.floor((word.length + 1) / 3)));
  let best: string | undefined;
  for (const one of known) {
    const apart = slips(word.toLowerCase(), one.toLowerCase());
    if (one !== word && apart <= limit) {
      best = one;
      limit = apart - 1;
    }
  }
  return best;
}

/** Edits from one word to the other, where two letters that changed places are one slip. */
function slips(a: string, b: string): number {
  const edits = distance(a, b);
  return edits === 2 && a.length === b.length && sorted(a) === sorted(b) ? 1 : edits;
}

function sorted(word: string): string {
  return [...word].sort().join('');
}
