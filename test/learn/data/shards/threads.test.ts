import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { executable } from '../../../../src/plan/executable.ts';
import { project, temporaryFolder } from '../folder.ts';
import { photographs } from './photographs.ts';
import type { Work } from './shards-process.ts';

const root = temporaryFolder();
const freshFolder = () => mkdtempSync(join(root, 'folder-'));
let [script, dataDir, data] = ['', '', ''];

/** Runs a process that reads images in threads; one that fails, or that is killed, is no error. */
function run(work: Work) {
  return execa(process.execPath, [script, JSON.stringify(work)], { reject: false });
}

function bytesIn(folder: string): [string, string][] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files
    .map(({ name, parentPath }): [string, string] => [name, readFileSync(join(parentPath, name), 'base64')])
    .sort(([a, x], [b, y]) => (a + x < b + y ? -1 : 1));
}

beforeAll(async () => {
  const source = join(project, 'test/learn/data/shards/shards-process.ts');
  script = await executable(source, project, join(project, 'node_modules/.cache/retable'));
  [dataDir, data] = [freshFolder(), freshFolder()];
  await photographs(join(dataDir, 'set'), 36);
  await run({ cores: 0, dataDir, output: data });
});

it.each([1, 2, 4])('%i threads make the shards that no thread makes', async (cores) => {
  const output = freshFolder();
  expect(await run({ cores, dataDir, output })).toMatchObject({ exitCode: 0 });
  expect(bytesIn(output)).toEqual(bytesIn(data));
  expect(bytesIn(data).length).toBeGreaterThan(8);
});

it('a training ends in the same bytes with 0, 1, 2 and 4 threads, and if it is killed within its epochs with kill -9', async () => {
  const trained = async (cores: number, output: string) => {
    expect(await run({ cores, data, output })).toMatchObject({ exitCode: 0 });
    return readFileSync(join(output, 'last.safetensors'), 'base64');
  };
  const expected = await trained(0, freshFolder());
  for (const cores of [1, 2, 4]) expect(await trained(cores, freshFolder())).toEqual(expected);
  const output = freshFolder();
  // Six steps an epoch; one snapshot after each.
  const logs: string[] = [];
  for (const [cores, snapshots] of [[2, 4] as const, [1, 3] as const, [4, 2] as const]) {
    const { signal, stderr } = await run({ cores, data, output, snapshots });
    expect(signal).toBe('SIGKILL');
    logs.push(stderr);
  }
  const { stderr } = await run({ cores: 2, data, output });
  expect([...logs, stderr]).toEqual([
    '',
    'continues after step 4 of epoch 1',
    'continues after step 1 of epoch 2',
    'continues after step 3 of epoch 2',
  ]);
  expect(readFileSync(join(output, 'last.safetensors'), 'base64')).toEqual(expected);
});

it('what fails in a thread ends the process with a message that names the image', async () => {
  const own = freshFolder();
  await photographs(join(own, 'set'), 12);
  writeFileSync(join(own, 'set/train/dog/001.jpg'), 'no image');
  const { exitCode, stderr } = await run({ cores: 2, dataDir: own, output: freshFolder() });
  expect(exitCode).not.toBe(0);
  expect(stderr).toMatch(/reason: 'bad-data-file'/);
  expect(stderr).toMatch(/train\/dog\/001\.jpg cannot be decoded/);
});
