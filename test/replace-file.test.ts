import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { replaceFile } from '../src/replace-file.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'retable-replace-'));
  path = join(folder, 'file');
  return () => rmSync(folder, { recursive: true });
});

it.each([false, true])('a file appears under its name when it is whole (durable: %s)', async (durable) => {
  const write = async (draft: string) => {
    await writeFile(draft, 'one ');
    expect(existsSync(path)).toBe(false);
    await writeFile(draft, 'two', { flag: 'a' });
    return 3;
  };
  expect(await replaceFile(path, write, { durable })).toBe(3);
  expect(readFileSync(path, 'utf8')).toBe('one two');
  expect(readdirSync(folder)).toEqual(['file']);
});

it('a file stays as it was until the new one is whole', async () => {
  writeFileSync(path, 'old');
  await replaceFile(path, async (draft) => {
    await writeFile(draft, 'new');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
  expect(readFileSync(path, 'utf8')).toBe('new');
});

it('where writing fails the old file stays, and no draft is left', async () => {
  writeFileSync(path, 'old');
  const failing = replaceFile(path, async (draft) => {
    await writeFile(draft, 'half');
    throw new Error('no more');
  });
  await expect(failing).rejects.toThrow('no more');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['file']);
});
