import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/cache/digest.ts';
import type { Json } from '../../src/json.ts';
import { differences } from '../../src/plan/reasons.ts';
import { parseRecord } from '../../src/verify/parse-record.ts';
import { isWhole, publicBasis, type RecordedCell, type ResultsRecord } from '../../src/verify/record.ts';
import {
  hasOutcomes,
  isDirty,
  isSameButOrigin,
  recordText,
  withCommit,
} from '../../src/verify/record-text.ts';
import { doneCell, onnx } from './records.ts';

const digest = fc.integer().map((n) => sha256(String(n)));
const versions = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
const parameters = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<Json>, { maxKeys: 3 });
const values = fc.dictionary(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  {
    maxKeys: 3,
  },
);
const basis = fc.record({
  kind: fc.constantFrom('train', 'attack'),
  parameters,
  inputs: fc.dictionary(fc.string(), digest, { maxKeys: 2 }),
  sources: fc.dictionary(fc.string(), digest, { maxKeys: 2 }),
  code: fc.oneof(fc.record({ version: fc.string() }), fc.record({ digest, packages: versions })),
  engine: fc.constantFrom(null, onnx, { ...onnx, threads: 2 }),
  files: fc.dictionary(fc.string(), digest, { maxKeys: 3 }),
});
const cell = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.string(), basis, values, fc.array(fc.string(), { maxLength: 2 })) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.string(), fc.constantFrom('missing', 'left-out', 'diverged' as const)),
  },
);
const records: fc.Arbitrary<ResultsRecord> = fc
  .record({
    retable: fc.string(),
    pipeline: fc.string(),
    profile: fc.option(fc.string(), { nil: undefined }),
    set: parameters,
    commit: fc.option(fc.record({ id: fc.string(), dirty: fc.boolean() }), { nil: undefined }),
    cells: fc.uniqueArray(cell, { selector: ([id]) => id, maxLength: 6 }),
  })
  .map((record) => ({ ...record, cells: record.cells.map(asCell) }));

function asCell(written: typeof cell extends fc.Arbitrary<infer T> ? T : never): RecordedCell {
  const [id, what] = written;
  const stage = id.slice(0, 1);
  if (typeof what === 'string') return { id, stage, state: what };
  const [, , values = {}, warnings = []] = written;
  return { ...doneCell(id, what, { values, warnings }), stage };
}

/** Without prototypes and the order of keys, which JSON does not have. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test('a record is parsed to what was written, and written again to the same bytes', () => {
  fc.assert(
    fc.property(records, (record) => {
      const text = recordText(record);
      const parsed = parseRecord(text, 'record.json');
      expect(plain(parsed)).toEqual(plain(record));
      expect(recordText(parsed)).toBe(text);
    }),
  );
});

test('a record has its own outcomes and no others, and none when it is cut off', () => {
  fc.assert(
    fc.property(records, fc.nat(), (record, place) => {
      const text = recordText(record);
      const { cells } = record;
      expect(hasOutcomes(text, cells)).toBe(true);
      expect(hasOutcomes(text.slice(0, place % text.length), cells)).toBe(false);
      expect(hasOutcomes(text, [...cells, doneCell('more')])).toBe(false);
      const at = place % Math.max(1, cells.length);
      const changed = cells.map((one, k) => (k === at ? doneCell(one.id, { kind: 'another' }) : one));
      if (cells.length > 0) expect(hasOutcomes(text, changed)).toBe(false);
      if (cells.length > 0) expect(hasOutcomes(text, cells.slice(1))).toBe(false);
    }),
  );
});

test('each cell is a line, and what cells share is written once', () => {
  const cells = [1, 2, 3].map((seed) =>
    doneCell(`student[seed=${seed}]`, { engine: onnx, parameters: { epochs: 30, seed } }),
  );
  const record = { retable: '1', pipeline: 'p', profile: undefined, set: {}, commit: undefined, cells };
  const text = recordText(record);
  for (const once of ['"epochs":30', 'x64-avx2', 'onnxruntime-node', 'stages/attack.ts'])
    expect(text.split(once)).toHaveLength(2);
  const [, second] = cells;
  const changed = recordText({
    ...record,
    cells: cells.map((one) => (one === second ? { ...one, values: { accuracy: 1 } } : one)),
  });
  const before = new Set(text.split('\n'));
  expect(changed.split('\n').filter((line) => !before.has(line))).toEqual([
    expect.stringMatching(/^\{"id":"student\[seed=2\]".*"accuracy":1/),
  ]);
});

test('another commit changes one line, and does not count as another result', () => {
  const record = {
    ...{ retable: '1', pipeline: 'p', profile: 'quick', set: {}, cells: [doneCell('a')] },
    commit: { id: 'abc', dirty: true },
  };
  const text = recordText(record);
  expect(isDirty(text)).toBe(true);
  const clean = { id: '$&def', dirty: false };
  expect(withCommit(text, clean)).toBe(recordText({ ...record, commit: clean }));
  expect(isDirty(withCommit(text, clean))).toBe(false);
  expect(isSameButOrigin(text, recordText({ ...record, retable: '2', commit: clean }))).toBe(true);
  expect(isSameButOrigin(text, recordText({ ...record, cells: [] }))).toBe(false);
});

test('a record that was edited so that it cannot be read is told with the place', () => {
  const record = {
    retable: '1',
    pipeline: 'p',
    profile: undefined,
    set: {},
    commit: undefined,
    cells: [doneCell('a[i=1]')],
  };
  const text = recordText(record);
  const message = (edited: string) => {
    expect(edited).not.toBe(text);
    try {
      parseRecord(edited, 'record.json');
    } catch (error) {
      return String(error);
    }
    return 'no failure';
  };
  expect(message(text.replace('"accuracy":0.5', '"accuracy":"0.5"'))).toContain(
    'cell a[i=1]: values.accuracy: Expected number',
  );
  expect(message(text.replace(/"artifact":"[0-9a-f]{64}"/, '"artifact":"1"'))).toContain(
    'cell a[i=1]: artifact: ',
  );
  expect(message(text.replace('"stage":0', '"stage":1'))).toContain(
    'cell a[i=1] refers to stage 1, which is not there',
  );
  expect(message(text.replace('"set": {}', '"set": 1'))).toContain('set: Expected');
  const [line = ''] = /^\{"id".*$/m.exec(text) ?? [];
  expect(message(text.replace(line, () => `${line},\n${line}`))).toContain('it has the cell a[i=1] twice');
  expect(message(text.replace('}\n]\n', '}\n<<<<<<< HEAD\n]\n'))).toContain('it is no JSON');
});

test('secrets are hidden in a basis: parameters by their names, and variables', () => {
  const { basis } = doneCell('a', {
    parameters: { env: { API_TOKEN: 'hunter2', USER: 'me' } },
    sources: { $API_KEY: sha256('hunter3'), 'key.txt': sha256('public') },
  });
  const hidden = publicBasis(basis);
  expect(hidden.parameters).toEqual({ env: { API_TOKEN: '(hidden)', USER: 'me' } });
  expect(hidden.sources).toEqual({ $API_KEY: '(hidden)', 'key.txt': sha256('public') });
});

test('very many data files are recorded by folder, and a change is told by its folder', () => {
  const sources = (changed: string) =>
    Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => {
        const name = `photos/${i % 3 === 0 ? 'cats' : 'dogs'}/${i}.png`;
        return [name, sha256(name === changed ? 'changed' : name)];
      }),
    );
  const asRecorded = (changed: string) => publicBasis(doneCell('a', { sources: sources(changed) }).basis);
  const before = asRecorded('');
  expect(Object.keys(before.sources).sort()).toEqual(['photos/cats/*', 'photos/dogs/*']);
  expect(isWhole(before)).toBe(false);
  expect(differences(before, asRecorded('photos/cats/3.png')).map(({ field }) => field)).toEqual([
    'sources.photos/cats/*',
  ]);
});
