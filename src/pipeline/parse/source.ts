import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Location } from './diagnostic.ts';
import { isMergeKey, mergedMaps, resolved } from './merge-keys.ts';

/** Keys and indices that lead to a value in the file. */
export type Path = readonly (string | number)[];

/** The position of a mistake: a value of the file (or its key, or a part of its text), or a place outside the file. */
export type Place =
  | { readonly path: Path; readonly at?: 'key' | 'value' | undefined; readonly within?: string | undefined }
  | { readonly location: Location };

/** A parsed file that can locate its values. Positions are computed only when a mistake is reported. */
export class Source {
  readonly file: string;
  readonly #text: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(file: string, text: string, document: Document, lines: LineCounter) {
    this.file = file;
    this.#text = text;
    this.#document = document;
    this.#lines = lines;
  }

  locate(place: Place): Location {
    if ('location' in place) return place.location;
    const [start, end] = this.#range(place.path, place.at ?? 'value');
    if (place.within !== undefined) {
      const found = this.#text.slice(start, end).indexOf(place.within);
      if (found >= 0) return this.at(start + found, start + found + place.within.length);
    }
    return this.at(start, end);
  }

  /** The location of a range of characters, cut off at the end of its first line. */
  at(start: number, end: number): Location {
    const { line, col } = this.#lines.linePos(Math.min(start, this.#text.length));
    const lineStart = this.#lines.lineStarts[Math.max(line - 1, 0)] ?? 0;
    const text = /^[^\r\n]*/.exec(this.#text.slice(lineStart))?.[0] ?? '';
    const column = Math.max(col, 1);
    const length = Math.max(1, Math.min(end - start, text.length - column + 1));
    return { file: this.file, line: Math.max(line, 1), column, length, text };
  }

  /**
   * The range of the value at the path (of the last of equal keys, which counts); if there is none, of the deepest
   * existing key on the path.
   */
  #range(path: Path, at: 'key' | 'value'): readonly [number, number] {
    let node: unknown = this.#document.contents;
    let key: unknown;
    let isKeyOfNode = false;
    for (const [depth, step] of path.entries()) {
      const parent = resolved(this.#document, node);
      if (isMap(parent)) {
        const pair = this.#pair(parent, String(step));
        if (pair === undefined) return rangeOf(key) ?? rangeOf(firstKey(parent)) ?? rangeOf(parent) ?? [0, 0];
        [key, node, isKeyOfNode] = [pair.key, pair.value, true];
      } else if (isSeq(parent) && parent.items[Number(step)] !== undefined) {
        [node, isKeyOfNode] = [parent.items[Number(step)], false];
      } else {
        // This is not a collection, for example a reference; point at it instead of its contents.
        return rangeOf(node) ?? rangeOf(key) ?? [0, depth];
      }
    }
    const value = rangeOf(node);
    const keyRange = isKeyOfNode ? rangeOf(key) : undefined;
    if (at === 'key' && keyRange !== undefined) return keyRange;
    // For a block of several lines or a missing value, point at its key.
    const pointless = value === undefined || value[0] >= value[1] || (isCollection(node) && !node.flow);
    if (pointless && keyRange !== undefined) return keyRange;
    return value ?? [0, 0];
  }

  /** The mapping's own pair, or one that it gets by a merge key. */
  #pair({ items }: YAMLMap, key: string): Pair | undefined {
    const own = items.findLast((item) => keyText(item.key) === key);
    if (own) return own;
    const merged = items.filter((item) => isMergeKey(item.key));
    for (const map of merged.flatMap((item) => mergedMaps(this.#document, item))) {
      const found = this.#pair(map, key);
      if (found) return found;
    }
    return undefined;
  }
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function firstKey(node: unknown): unknown {
  return isMap(node) && !node.flow ? node.items[0]?.key : undefined;
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? [range[0], range[1]] : undefined;
}
