import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Json } from '../../src/json.ts';
import { curvesOf, type RecordLine, thinned } from '../../src/page/curves.ts';
import { Hidden } from '../../src/page/hidden.ts';
import { contentSecurityPolicy, pageHtml } from '../../src/page/html.ts';
import { endOfLog, shortened } from '../../src/page/logs.ts';
import type { PageData } from '../../src/page/page-data.ts';
import { readRecords, recordsAmongEvents } from '../../src/page/read-records.ts';
import { shownValues } from '../../src/page/shown-values.ts';
import { stageGraph } from '../../src/page/stage-graph.ts';
import { withoutSecrets } from '../../src/pipeline/secrets.ts';
import { cell, id, pipelineOf, spec } from '../report/grid.ts';
import { dataOf } from './page-in-report.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'retable-page-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

describe('what a page must not show', () => {
  const hidden = new Hidden(
    [
      ['/home/me/project', ''],
      ['/home/me', '~'],
    ],
    [{ env: { API_TOKEN: 'swordfish' }, run: 'echo', 'api-key': 'abc' }],
  );

  test('paths are told from the project, or from the home folder', () => {
    expect(hidden.text('at f (file:///home/me/project/src/x.ts:3)')).toBe('at f (file://src/x.ts:3)');
    expect(hidden.text('in /home/me/project.')).toBe('in (project).');
    expect(hidden.text('cd /home/me/project-2')).toBe('cd ~/project-2');
    expect(hidden.text('/home/me/.cache, /home/menu')).toBe('~/.cache, /home/menu');
  });

  test('a secret is hidden where it is given and wherever it is printed', () => {
    expect(hidden.record({ env: { API_TOKEN: 'swordfish' } })).toEqual({ env: { API_TOKEN: '(hidden)' } });
    expect(hidden.text('login with swordfish')).toBe('login with (hidden)');
    // Too short to be looked for in texts.
    expect(hidden.text('abc')).toBe('abc');
  });

  test('values keep their shape', () => {
    const plain = new Hidden([], []);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(plain.json(value as Json)).toEqual(withoutSecrets(value as Json));
      }),
    );
  });
});

describe('curves', () => {
  test('have a column for each number that changes, with gaps where it is missing', () => {
    const records: RecordLine[] = [
      { epoch: 1, loss: 2, width: 8, note: 'a' },
      { epoch: 2, width: 8 },
      { epoch: 3, loss: 1 },
    ];
    const curves = (given: readonly RecordLine[]) => curvesOf({ records: given, measurements: [] });
    expect(curves(records)).toEqual({ of: 3, columns: { epoch: [1, 2, 3], loss: [2, null, 1] } });
    expect(curves([{ epoch: 1 }])).toBeUndefined();
  });

  test('have a column for what was measured of each record, and name it', () => {
    const records: RecordLine[] = [{ epoch: 1 }, { epoch: 2, note: 5 }, { epoch: 3, note: 6 }];
    // An earlier attempt trained the first epoch. A name that is recorded is not taken from the measurements.
    const measurements = [null, { seconds: 2.5, note: 1 }, { seconds: 2, note: 2 }];
    expect(curvesOf({ records, measurements })).toEqual({
      of: 3,
      columns: { epoch: [1, 2, 3], note: [null, 5, 6], seconds: [null, 2.5, 2] },
      measured: ['seconds'],
    });
  });

  test('of many cells are short, and keep their ends', () => {
    const records = Array.from({ length: 1000 }, (_, epoch) => ({ epoch, loss: epoch / 7 }));
    const all = Array.from({ length: 300 }, () => curvesOf({ records, measurements: [] }));
    const short = thinned(all);
    const numbers = short.flatMap((one) => Object.values(one?.columns ?? {}).flat());
    expect(numbers.length).toBeLessThanOrEqual(60_000);
    expect(short[0]?.of).toBe(1000);
    expect(short[0]?.columns.epoch?.at(0)).toBe(0);
    expect(short[0]?.columns.epoch?.at(-1)).toBe(999);
    const few = curvesOf({ records: records.slice(0, 30), measurements: [] });
    expect(thinned([few])[0]?.columns.epoch).toHaveLength(30);
  });

  test('are read from records, and from the events of an attempt that goes on', () => {
    const path = join(folder(), 'lines.jsonl');
    writeFileSync(path, '{"loss": 2}\n{"loss": 1}\n{"loss":');
    expect(readRecords(path)).toEqual([{ loss: 2 }, { loss: 1 }]);
    writeFileSync(path, '{"event":"progress"}\n{"event":"record","record":{"loss":3}}\nnull\n');
    writeFileSync(path, '{"event":"record","record":{"loss":2},"measurements":{"seconds":1}}\n', {
      flag: 'a',
    });
    expect(recordsAmongEvents(path)).toEqual({
      records: [{ loss: 3 }, { loss: 2 }],
      measurements: [null, { seconds: 1 }],
    });
    expect(readRecords(join(path, '..', 'none'))).toEqual([]);
  });
});

test('the values that tables show are known by the stage that has them', () => {
  const model = cell('model', { seed: 1 });
  const tested = { ...cell('test', { seed: 1 }), needs: { model: model.id } };
  const tables = [
    spec({ stage: 'test', values: ['accuracy', 'model.loss'] }),
    spec({ stage: 'test', values: ['model.size', 'accuracy'] }),
  ];
  expect(shownValues({ cells: [model, tested], tables })).toEqual(
    new Map([
      ['test', new Set(['accuracy'])],
      ['model', new Set(['loss', 'size'])],
    ]),
  );
});

describe('logs', () => {
  test('are their last whole lines, without colours', () => {
    const attempt = folder();
    expect(endOfLog(attempt)).toBeUndefined();
    writeFileSync(join(attempt, 'log.txt'), `${'x'.repeat(9000)}\n\u001b[31mred\u001b[0m\nlast\n`);
    expect(endOfLog(attempt)).toBe('red\nlast');
    mkdirSync(join(attempt, 'empty'));
    writeFileSync(join(attempt, 'empty', 'log.txt'), '');
    expect(endOfLog(join(attempt, 'empty'))).toBeUndefined();
  });

  test('of many cells are short', () => {
    const log = Array.from({ length: 20 }, (_, line) => `line ${line} of a long log`).join('\n');
    const short = shortened(Array.from({ length: 5000 }, () => log));
    expect(short.join('').length).toBeLessThanOrEqual(400_000);
    expect(short[0]).toMatch(/^line \d+ of a long log\n.*line 19 of a long log$/s);
    expect(shortened([log, undefined])).toEqual([log, undefined]);
  });
});

test('the graph of stages leads from left to right, and all of it is inside', () => {
  const data = id('data', {});
  const cells = [
    cell('data', {}),
    cell('teacher', {}, { data }),
    cell('alone', {}, { data }),
    cell('student', {}, { data, teacher: id('teacher', {}) }),
    ...['teacher', 'alone', 'student'].map((model) =>
      cell('test', { model }, { data, model: id(model, {}) }),
    ),
  ];
  const { width, height, boxes, edges } = stageGraph(pipelineOf(cells));
  expect(edges).toHaveLength(8);
  for (const { from, to } of edges) expect(boxes[from]?.x).toBeLessThan(boxes[to]?.x ?? 0);
  for (const [x, y] of edges.flatMap(({ points }) => points)) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(width);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(height);
  }
});

describe('the HTML of a page', () => {
  const data: PageData = {
    version: '1',
    pipeline: 'p',
    description: undefined,
    profile: '"quick" </title>',
    set: {},
    params: { text: '</script><!--<script>' },
    stages: [],
    graph: { width: 0, height: 0, boxes: [], edges: [] },
    cells: [],
    tables: [],
    figures: [{ name: 'f', title: 'F', svg: '<svg></svg>', width: 234, notes: [] }],
    warnings: [],
    codes: [],
    engines: [],
    problems: [],
  };
  const assets = { script: 'run()', style: 'p{}', render: () => '<p>body</p>' };

  test('holds the data so that no name can end the element, and drawings only once', () => {
    const html = pageHtml(data, assets, { isLive: false });
    expect(dataOf(html)).toEqual({
      ...JSON.parse(JSON.stringify(data)),
      figures: [{ name: 'f', title: 'F', svg: '', width: 234, notes: [] }],
    });
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).toContain('<title>p, &quot;quick&quot; &lt;/title></title>');
  });

  test('lets its own script run and nothing be loaded; a live page asks its own server alone', () => {
    // The digest of `run()`, from `printf 'run()' | openssl dgst -sha256 -binary | base64`.
    const digest = 'AvyuiL0SD1mVY3NNxR+V2uo+lhk6RMFrytWmRt6CrJQ=';
    expect(contentSecurityPolicy(assets, false)).toBe(
      `default-src 'none'; script-src 'sha256-${digest}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(contentSecurityPolicy(assets, true)).toContain("connect-src 'self'");
    expect(pageHtml(data, assets, { isLive: true })).toContain('<div id="page" data-live>');
  });
});
