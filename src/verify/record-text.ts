import { canonicalJson } from '../cache/digest.ts';
import type { Json } from '../json.ts';
import type { KeptBasis } from '../plan/fingerprint.ts';
import type { Commit, DoneCell, RecordedCell, ResultsRecord } from './record.ts';

/** The version of the form of `record.json`. Raise it if an older retable could not read the file. */
export const VERSION = 1;

/**
 * A record as the text of `record.json`: one line for each cell, for each file of code, and for everything else that
 * several cells share and refer to by its position, so that the file stays small and a change shows as few lines. Equal
 * records have equal bytes.
 */
export function recordText({ retable, pipeline, profile, set, commit, cells }: ResultsRecord): string {
  const shared = new Shared(cells);
  const lines = cells.map((cell) => shared.lineOf(cell));
  return [
    '{',
    `"retable-record": ${VERSION},`,
    retableLine(retable),
    commitLine(commit),
    `"pipeline": ${JSON.stringify(pipeline)},`,
    `"profile": ${JSON.stringify(profile ?? null)},`,
    `"set": ${canonicalJson(set)},`,
    listOf('packages', shared.packages.texts),
    listOf('files', shared.files.texts),
    listOf('code', shared.code.texts),
    listOf('engines', shared.engines.texts),
    listOf('stages', shared.stages.texts),
    `${CELLS}${lines.map((line) => `\n${line}`).join(',')}\n]`,
    '}\n',
  ].join('\n');
}

const CELLS = '"cells": [';

function listOf(name: string, items: readonly string[]): string {
  return `"${name}": [${items.map((item) => `\n${item}`).join(',')}\n],`;
}

function retableLine(version: string): string {
  return `"retable": ${JSON.stringify(version)},`;
}

function commitLine(commit: Commit | undefined): string {
  return `"commit": ${commit ? `{"id":${JSON.stringify(commit.id)},"dirty":${commit.dirty}}` : 'null'},`;
}

/** How the line of a cell begins: all that tells whether its result is another one. */
function startOf(cell: Served): string {
  const id = `{"id":${JSON.stringify(cell.id)}`;
  return cell.state === 'done'
    ? `${id},"fingerprint":"${cell.fingerprint}","artifact":"${cell.artifact}",`
    : `${id},"state":"${cell.state}",`;
}

/** The outcome of a cell in a run. */
export type Served =
  | Pick<DoneCell, 'id' | 'state' | 'fingerprint' | 'artifact'>
  | Pick<Exclude<RecordedCell, DoneCell>, 'id' | 'state'>;

/** Whether the text of a record has these outcomes. Does not parse it, because each run asks this. */
export function hasOutcomes(text: string, served: readonly Served[]): boolean {
  let at = text.indexOf(`\n${CELLS}\n`);
  if (at < 0) return false;
  at += CELLS.length + 1;
  for (const cell of served) {
    if (!text.startsWith(startOf(cell), at + 1)) return false;
    at = text.indexOf('\n', at + 1);
  }
  return text.slice(at + 1) === ']\n}\n';
}

/** Whether two texts differ in no more than the commit and the version of retable. */
export function isSameButOrigin(before: string, after: string): boolean {
  return withoutOrigin(before) === withoutOrigin(after);
}

function withoutOrigin(text: string): string {
  return text.replace(/^"retable": .*$/m, '').replace(COMMIT_LINE, '');
}

const COMMIT_LINE = /^"commit": .*$/m;

/** Whether the text of a record says that not all changes were committed. */
export function isDirty(text: string): boolean {
  return /^"commit": \{.*"dirty":true\},$/m.test(text);
}

/** The text of a record with another commit. */
export function withCommit(text: string, commit: Commit): string {
  return text.replace(COMMIT_LINE, () => commitLine(commit));
}

/** Texts that are used several times, by their positions. */
class Table {
  readonly texts: string[] = [];
  readonly #positions = new Map<string, number>();

  position(text: string): number {
    const known = this.#positions.get(text);
    if (known !== undefined) return known;
    this.#positions.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** What the cells of a record share. */
class Shared {
  readonly packages = new Table();
  readonly files = new Table();
  readonly code = new Table();
  readonly engines = new Table();
  readonly stages = new Table();
  /** By the position of the stage: the parameters that all its cells share. */
  readonly #common: ReadonlyMap<string, Readonly<Record<string, Json>>>;

  constructor(cells: readonly RecordedCell[]) {
    const done = cells.filter((cell) => cell.state === 'done');
    // First all files, so that they are sorted.
    const files = new Set(done.flatMap(({ basis }) => Object.entries(basis.files).map(fileText)));
    for (const file of [...files].sort()) this.files.position(file);
    this.#common = commonParameters(done);
  }

  lineOf(cell: RecordedCell): string {
    const { stage } = cell;
    if (cell.state !== 'done') return `${startOf(cell)}"stage":${JSON.stringify(stage)}}`;
    const { basis, values, warnings } = cell;
    const common = this.#common.get(stage) ?? {};
    const own = Object.entries(basis.parameters).filter(([name]) => !Object.hasOwn(common, name));
    const rest = {
      inputs: basis.inputs,
      parameters: Object.fromEntries(own),
      sources: basis.sources,
      stage: this.stages.position(this.#stageText(stage, basis, common)),
      values,
      warnings,
    };
    return startOf(cell) + canonicalJson(rest).slice(1);
  }

  #stageText(stage: string, basis: KeptBasis, parameters: Readonly<Record<string, Json>>): string {
    const { kind, engine } = basis;
    const { packages, ...rest } = engine ?? { packages: {} };
    const at = engine
      ? this.engines.position(canonicalJson({ ...rest, packages: this.#packages(packages) }))
      : null;
    return canonicalJson({ stage, kind, code: this.#code(basis), engine: at, parameters });
  }

  #code({ code, files }: KeptBasis): number {
    const positions = Object.entries(files)
      .map((file) => this.files.position(fileText(file)))
      .sort((a, b) => a - b);
    if ('version' in code)
      return this.code.position(canonicalJson({ version: code.version, files: positions }));
    const { digest, packages } = code;
    return this.code.position(
      canonicalJson({ digest, packages: this.#packages(packages), files: positions }),
    );
  }

  #packages(versions: Readonly<Record<string, string>>): number {
    return this.packages.position(canonicalJson(versions));
  }
}

function fileText([path, digest]: [string, string]): string {
  return canonicalJson([path, digest]);
}

/** By stage: the parameters that have the same value in all its cells. */
function commonParameters(cells: readonly DoneCell[]): ReadonlyMap<string, Readonly<Record<string, Json>>> {
  const texts = new Map<string, Map<string, string>>();
  for (const { stage, basis } of cells) {
    const own = new Map(
      Object.entries(basis.parameters).map(([name, value]) => [name, canonicalJson(value)]),
    );
    const before = texts.get(stage) ?? own;
    texts.set(stage, new Map([...before].filter(([name, text]) => own.get(name) === text)));
  }
  const parsed = (common: ReadonlyMap<string, string>) =>
    Object.fromEntries([...common].map(([name, text]) => [name, JSON.parse(text) as Json]));
  return new Map([...texts].map(([stage, common]) => [stage, parsed(common)]));
}
