import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAILURE_REASONS, parseReason } from '../src/failure-reasons.ts';

const reasons = Object.values(FAILURE_REASONS).flatMap((group) => Object.keys(group));

const files = ['src', 'stages'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'failure-reasons.ts')
    .map((name) => readFileSync(join(folder, name), 'utf8')),
);

test('no reason is in two groups', () => {
  expect(reasons.toSorted()).toEqual([...new Set(reasons)].sort());
});

test('each reason is used somewhere in the code', () => {
  const code = files.map((text) => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')).join('\n');
  expect(reasons.filter((reason) => !code.includes(`'${reason}'`))).toEqual([]);
});

test('each reason that a docstring names is one of the table', () => {
  const tags = files.flatMap((text) =>
    [...text.matchAll(/(?:@throws|Throws a) Failure ([\s\S]*?)(?=\*\/|\n\s*\* @|\n\s*\*\n)/g)].map(
      ([, tag = '']) => tag,
    ),
  );
  const named = tags.flatMap((tag) =>
    [...tag.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, word = '']) => word),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((word) => !reasons.includes(word))).toEqual([]);
});

test('a word that a cell gives is a reason of the table, or is marked as its own', () => {
  expect(['disk-full', 'no-gpu', 'own:no-gpu', 'constructor', 'machine'].map(parseReason)).toEqual([
    'disk-full',
    'own:no-gpu',
    'own:no-gpu',
    'own:constructor',
    'own:machine',
  ]);
});
