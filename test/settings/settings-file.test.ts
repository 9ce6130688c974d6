import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { printDiagnostics } from '../../src/pipeline/parse/print-diagnostics.ts';
import { SETTING_NAMES } from '../../src/settings/names.ts';
import { editorSchema } from '../../src/settings/schema.ts';
import { parseSettings } from '../../src/settings/settings-file.ts';

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'retable-settings-'));
  writeFileSync(join(project, 'file'), '');
});
afterAll(() => rmSync(project, { recursive: true }));

function load(text: string) {
  return parseSettings({ file: 'retable.yaml', text }, project);
}

/** What is printed of the mistakes of a text. */
function mistakes(text: string): string {
  const result = load(text);
  if (result.ok) throw new Error('no mistake was found');
  return printDiagnostics(result.diagnostics, { color: false });
}

test('a settings file gives absolute folders, an engine and a number of jobs, each with its place', () => {
  const text = '# where things are\ncache: ../shared\ndata: /data\nresults: ~/tables\nengine: cpu\njobs: 3\n';
  const setting = (value: unknown, line: number) => ({
    value,
    by: 'file',
    source: `retable.yaml:${line}:1`,
  });
  expect(load(text)).toEqual({
    ok: true,
    settings: {
      cache: setting(join(project, '../shared'), 2),
      data: setting('/data', 3),
      results: setting(join(homedir(), 'tables'), 4),
      engine: setting('cpu', 5),
      jobs: setting(3, 6),
    },
  });
});

test('the settings file in the manual is right, and names every setting', () => {
  const [yaml = ''] =
    /(?<=## Settings[\s\S]*?```yaml\n)[\s\S]*?(?=```)/.exec(readFileSync('docs/command-line.md', 'utf8')) ??
    [];
  const result = load(yaml);
  expect(result).toMatchObject({ ok: true });
  expect(Object.keys(result.ok ? result.settings : {})).toEqual(Object.keys(SETTING_NAMES));
  expect(Object.keys(parse(yaml))).toEqual(Object.keys(SETTING_NAMES));
});

test.each(['', '\n', '# nothing yet\n', '---\n', '{}'])('a file without settings is fine: %j', (text) => {
  expect(load(text)).toEqual({ ok: true, settings: {} });
});

describe('a mistake is told with its place and what to do', () => {
  test.each([
    [
      'an unknown key',
      'cahce: c',
      /retable\.yaml:1:1: .*no key 'cahce'.*\^\^\^\^\^.*did you mean 'cache'\?/s,
    ],
    ['a key that is nothing like another', 'x: c', /its keys: cache, data, results, engine, jobs/],
    [
      'a wrong type',
      'jobs: 1\ncache: 3',
      /:2:8: .*'cache' must be text, not the number 3.*put quotes around it/s,
    ],
    ['an empty value', 'cache:', /:1:1: .*'cache' must be text, not empty/],
    ['an empty path', 'cache: ""', /:1:8: .*'cache' must have at least 1 character/],
    ['a list', 'data: [a, b]', /:1:7: .*'data' must be text, not a list/],
    ['no jobs', 'jobs: 0', /:1:7: .*'jobs' must be at least 1, not the number 0/],
    ['half a job', 'jobs: 1.5', /:1:7: .*'jobs' must be a whole number/],
    ['jobs in words', 'jobs: many', /:1:7: .*'jobs' must be a whole number, not the text "many"/],
    [
      'an unknown engine',
      'engine: onx',
      /:1:9: .*one of 'onnx', .* not the text "onx".*did you mean 'onnx'\?/s,
    ],
    [
      'a file in place of a folder',
      'results: file',
      /:1:10: .*'results' must be a folder, and .*file is a file/,
    ],
    ['a second document', 'jobs: 1\n---\njobs: 2', /:2:1: .*a second document begins here/],
    ['a key that is there twice', 'jobs: 1\njobs: 2', /:2:1: .*the key 'jobs' is there twice/],
    ['a list of settings', '- jobs: 1', /:1:1: .*the settings file must be a mapping/],
    ['text that is not YAML', 'cache: "a', /retable\.yaml:1:\d+: error: not YAML/],
  ])('%s', (_, text, printed) => {
    expect(mistakes(text)).toMatch(printed);
  });

  test('all of them at once', () => {
    expect(mistakes('cahce: c\njobs: 0\nengine: x\nresults: file\n')).toMatch(/\n4 errors\n$/);
  });

  test('and no word of pipelines', () => {
    for (const text of ['a: 1\n---\nb: 2', '%YAML 1.1\n---\njobs: 1', 'jobs: !!js/function "1"', '- 1'])
      expect(mistakes(text)).not.toMatch(/pipeline/);
  });
});

test('no text makes it throw', () => {
  const line = fc.tuple(
    fc.constantFrom('cache', 'data', 'jobs', 'engine', '__proto__', '- ', '&a', '<<'),
    fc.constantFrom(': ', ':\n  ', ' '),
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('1e400', '*a', '[', '{a: 1}', '"\\0"', 'file/below'),
    ),
  );
  const text = fc.array(line.map((parts) => parts.join(''))).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (one) => typeof load(one).ok === 'boolean'),
  );
});

describe('the schema for editors', () => {
  const validate = new Ajv({ strict: false }).compile(editorSchema());

  test('is the one that is published: `retable schema --settings > settings.schema.json` renews it', () => {
    expect(readFileSync('settings.schema.json', 'utf8')).toBe(`${JSON.stringify(editorSchema(), null, 2)}\n`);
  });

  test.each(['', 'cache: c\ndata: ~/d\nresults: /r\nengine: onnx-cuda\njobs: 4'])('takes %j', (text) => {
    expect(load(text).ok).toBe(true);
    expect(validate(parse(text))).toBe(true);
  });

  test.each(['cahce: c', 'jobs: 0', 'jobs: "4"', 'engine: gpu', 'cache: ""', '[]'])('refuses %j', (text) => {
    expect(load(text).ok).toBe(false);
    expect(validate(parse(text))).toBe(false);
  });
});
