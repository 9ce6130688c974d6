import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Json } from '../../src/json.ts';
import { lineage } from '../../src/pipeline/expand/keys.ts';
import { printDiagnostics } from '../../src/pipeline/parse/print-diagnostics.ts';
import { load, loadText } from './support.ts';

const word = fc.constantFrom(
  ...[
    'data',
    'seed',
    'size',
    'name',
    'uses',
    'needs',
    'with',
    'matrix',
    'stage',
    'where',
    'include',
    'exclude',
    'x',
  ],
  ...[
    'dataset',
    'train',
    'command',
    'kd',
    '8/255',
    '1/0',
    '__proto__',
    'constructor',
    'toString',
    `\${{ params.x }}`,
  ],
  ...[
    `\${{ matrix.seed }}`,
    `\${{ needs.data.name }}`,
    `a-\${{ params.x.y }}`,
    `\${{`,
    '}}',
    `\${{ params.__proto__ }}`,
    'value',
    'a.b',
  ],
);
const leaf = fc.oneof(word, fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(word, fc.string()), tie('tree'), { maxKeys: 5 }),
  ),
}));

const mapOf = (value: fc.Arbitrary<unknown>) => fc.dictionary(word, value, { maxKeys: 3 });
const stage = fc.oneof(
  tree,
  fc.record(
    {
      uses: word,
      needs: mapOf(tree),
      with: mapOf(tree),
      matrix: mapOf(tree),
      resources: tree,
      timeout: tree,
      retries: tree,
    },
    { requiredKeys: ['uses'] },
  ),
);
const file = fc.oneof(
  tree,
  fc.record(
    {
      pipeline: word,
      'default-profile': tree,
      params: mapOf(tree),
      profiles: mapOf(mapOf(tree)),
      stages: mapOf(stage),
      tables: mapOf(fc.oneof(tree, mapOf(tree))),
    },
    { requiredKeys: ['pipeline', 'stages'] },
  ),
);

/** Pipelines that are right, of stages in layers. */
const sound = fc
  .record({
    sizes: fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 3 }),
    seeds: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 }),
    methods: fc.subarray(['kd', 'mixup', 'mixacm'], { minLength: 1 }),
    union: fc.boolean(),
    twoSeeds: fc.boolean(),
  })
  .map(({ sizes, seeds, methods, union, twoSeeds }) => ({
    pipeline: 'p',
    params: { seeds, epochs: `\${{ params.base }}`, base: 2 },
    stages: {
      robustness: {
        uses: 'attack',
        needs: { model: union ? ['teacher', 'student'] : 'student', data: 'data' },
        matrix: { attack: ['none', 'fgsm'] },
      },
      student: {
        uses: 'transfer',
        needs: { teacher: 'teacher', data: 'data' },
        matrix: { method: methods, ...(twoSeeds && { seed: seeds }) },
      },
      teacher: {
        uses: 'train',
        needs: { data: 'data' },
        with: { epochs: `\${{ params.epochs }}` },
        matrix: { seed: `\${{ params.seeds }}` },
      },
      data: { uses: 'dataset', matrix: { size: sizes } },
    },
  }));

/** The same, with the keys of all mappings but those whose order has a meaning in another order. */
function shuffled(value: Json, keep: boolean): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, one]): [string, Json] => [
    key,
    shuffled(one, key === 'matrix' || key === 'stages'),
  ]);
  return Object.fromEntries(keep ? entries : entries.reverse());
}

describe('loading', () => {
  it('never throws, whatever the file holds', async () => {
    await fc.assert(
      fc.asyncProperty(file, async (value) => {
        const result = await loadText(stringify(value, { aliasDuplicateObjects: false }));
        expect(
          typeof printDiagnostics(result.ok ? result.warnings : result.diagnostics, { color: true }),
        ).toBe('string');
        if (!result.ok) expect(result.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws, whatever the text and the options', async () => {
    const text = fc.array(
      fc.constantFrom(
        'a',
        ':',
        ' ',
        '\n',
        '- ',
        '[',
        ']',
        '{',
        '}',
        '*a',
        '&a',
        '!',
        '"',
        "'",
        '|',
        '#',
        '---',
        '\t',
        'stages',
        '\r',
        ',',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          text.map((parts) => parts.join('')),
        ),
        fc.array(fc.string()),
        async (source, set) => {
          await loadText(source, { set });
          await loadText('pipeline: p\nparams: {a: {b: 1}}\nstages: {d: {uses: dataset}}', {
            set: [...set, source, `a.b=${source}`],
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throws for values nested very deeply', async () => {
    for (const text of [`${'['.repeat(20_000)}`, `a: ${'{a: '.repeat(5_000)}1${'}'.repeat(5_000)}`]) {
      expect((await loadText(text)).ok).toBe(false);
    }
  });

  it('points at places that exist', async () => {
    await fc.assert(
      fc.asyncProperty(file, async (value) => {
        const text = stringify(value, { aliasDuplicateObjects: false });
        const lines = text.split(/\r\n|\n|\r/);
        const result = await loadText(text);
        for (const { location } of result.ok ? [] : result.diagnostics) {
          expect(lines[location.line - 1]?.startsWith(location.text.slice(0, 20))).toBe(true);
          expect(location.column).toBeLessThanOrEqual(location.text.length + 1);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a pipeline that loads', () => {
  it('has cells after all that they come from, with names that are unique', async () => {
    await fc.assert(
      fc.asyncProperty(sound, async (value) => {
        const { cells } = await load(stringify(value));
        const before = new Map();
        for (const cell of cells) {
          for (const id of Object.values(cell.needs)) expect(before.has(id)).toBe(true);
          expect(before.has(cell.id)).toBe(false);
          before.set(cell.id, cell);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has one cell of each stage in a lineage', async () => {
    await fc.assert(
      fc.asyncProperty(sound, async (value) => {
        const { cells } = await load(stringify(value));
        const index = new Map(cells.map((cell) => [cell.id, cell]));
        for (const cell of cells) {
          const names = [...lineage(cell, (id) => index.get(id))].map(({ stage }) => stage);
          expect(new Set(names).size).toBe(names.length);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('does not depend on the order of keys, but for stages and axes', async () => {
    await fc.assert(
      fc.asyncProperty(sound, async (value) => {
        const plain = await load(stringify(value));
        const other = await load(stringify(shuffled(value as unknown as Json, false)));
        expect(other).toEqual(plain);
      }),
      { numRuns: 100 },
    );
  });

  it('has the same cells in whatever order the stages are written', async () => {
    await fc.assert(
      fc.asyncProperty(sound, async (value) => {
        const reversed = { ...value, stages: Object.fromEntries(Object.entries(value.stages).reverse()) };
        const ids = async (one: unknown) => (await load(stringify(one))).cells.map(({ id }) => id).sort();
        expect(await ids(reversed)).toEqual(await ids(value));
      }),
      { numRuns: 50 },
    );
  });
});
