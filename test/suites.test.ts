import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { slow } from './support/slow.ts';

const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('test', file));

test('what the fast suite leaves out is there', () => {
  expect(slow.filter((file) => !existsSync(file))).toEqual([]);
});

test('the fast suite has tests of every room', () => {
  const rooms = (paths: readonly string[]) => [...new Set(paths.map(dirname))].sort();
  expect(rooms(files.filter((file) => !slow.includes(file)))).toEqual(rooms(files));
});
