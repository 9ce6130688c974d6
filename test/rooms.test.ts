import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

// The table of rooms in docs/architecture.md says which room may import from which. These tests hold the code to it.

interface Room {
  /** Its folder: `src/learn`, `stages`. */
  readonly folder: string;
  /** Folders of rooms that it may import from; the value is true for rooms of which it may know types alone. */
  readonly mayKnow: ReadonlyMap<string, boolean>;
}

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typesOnly: boolean;
}

const rooms = readRooms();
const imports = ['src', 'stages', 'estimates', 'test', 'bench'].flatMap(importsBelow);

test('every file is in a room of the table, or is a file of src that all rooms may know', () => {
  const files = [...new Set(imports.flatMap(({ file, target }) => [file, target]))];
  expect(files.filter((file) => !roomOf(file) && !isCommon(file))).toEqual([]);
});

test('a room imports only from the rooms that the table lets it know', () => {
  expect(imports.filter((one) => !isAllowed(one)).map(told)).toEqual([]);
});

test('a room of the table knows only rooms above it, but for types', () => {
  const folders = rooms.map(({ folder }) => folder);
  const wrong = rooms.flatMap(({ folder, mayKnow }, row) =>
    [...mayKnow]
      .filter(([known, typesOnly]) => !typesOnly && !folders.slice(0, row).includes(known))
      .map(([known]) => `${folder} may know ${known}`),
  );
  expect(wrong).toEqual([]);
});

test('the table lets a room know nothing that it does not import', () => {
  const used = (room: string, known: string, typesOnly: boolean) =>
    imports.some(
      (one) => roomOf(one.file) === room && roomOf(one.target) === known && (typesOnly || !one.typesOnly),
    );
  const unused = rooms
    .filter(({ folder }) => !['src/cli', 'test', 'bench'].includes(folder)) // these may know all
    .flatMap(({ folder, mayKnow }) =>
      [...mayKnow]
        .filter(([known, typesOnly]) => !used(folder, known, typesOnly))
        .map(([known, typesOnly]) => `${folder} imports no ${typesOnly ? 'types' : 'values'} from ${known}`),
    );
  expect(unused).toEqual([]);
});

test('no files import each other in a circle, not even types', () => {
  const targets = new Map<string, string[]>();
  for (const { file, target } of imports) targets.set(file, [...(targets.get(file) ?? []), target]);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

test('a cell process does not load the cache, whose index the scheduler alone writes', () => {
  const loaded = new Set(['src/run/cell-process.ts']);
  // A set gives what is added while it is gone through, too.
  for (const file of loaded) {
    for (const one of imports) if (one.file === file && !one.typesOnly) loaded.add(one.target);
  }
  expect(loaded).not.toContain('src/cache/cache.ts');
  expect(loaded.size).toBeGreaterThan(3);
});

test('the files and folders that the architecture names exist', () => {
  const text = readFileSync('docs/architecture.md', 'utf8');
  const named = [...text.matchAll(/`((?:src|stages|estimates|test)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  );
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

/** Rows such as: | `src/report` | tables | `text.ts` | pipeline, kind (types) | */
function readRooms(): Room[] {
  const text = readFileSync('docs/architecture.md', 'utf8');
  const table = text.split('\n## ').find((section) => section.startsWith('Rooms\n')) ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  const folders = cells.map(([, name = '']) => name.replaceAll('`', '').replace(/\/$/, ''));
  const read = (words: string, above: readonly string[]): [string, boolean][] => {
    if (words === 'nothing') return [];
    if (words === 'all') return above.map((folder) => [folder, false]);
    return words.split(', ').map((word) => {
      const name = word.replace(' (types)', '');
      const folder = folders.includes(`src/${name}`) ? `src/${name}` : name;
      if (!folders.includes(folder)) throw new Error(`docs/architecture.md: there is no room ${name}`);
      return [folder, name !== word];
    });
  };
  return folders.map((folder, row) => ({
    folder,
    mayKnow: new Map(read(cells[row]?.at(4) ?? '', folders.slice(0, row))),
  }));
}

function importsBelow(folder: string): Import[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  return files.flatMap((name) => importsOf(join(folder, name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/^(?:import|export) (type )?(?:[^'";]*? from )?'(\.[^']+)';/gm);
  const calls = text.matchAll(/\bimport\((type)?'(\.[^']+)'\)/g);
  return [...statements, ...calls].map(([, type, path = '']) => ({
    file,
    target: normalize(join(dirname(file), path)),
    typesOnly: type !== undefined,
  }));
}

/** The innermost room that a file is in. */
function roomOf(file: string): string | undefined {
  const around = rooms.map(({ folder }) => folder).filter((folder) => file.startsWith(`${folder}/`));
  return around.sort((a, b) => b.length - a.length)[0];
}

/** Files such as src/failure.ts. */
function isCommon(file: string): boolean {
  return dirname(file) === 'src';
}

function isAllowed({ file, target, typesOnly }: Import): boolean {
  if (isCommon(target)) return true;
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === undefined || to === undefined) return false;
  const onlyTypes = rooms.find(({ folder }) => folder === from)?.mayKnow.get(to);
  return from === to || onlyTypes === false || (onlyTypes === true && typesOnly);
}

function told({ file, target, typesOnly }: Import): string {
  return `${file} imports ${typesOnly ? 'types from ' : ''}${target}`;
}
