import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { InputArtifact } from '../../src/kind/kind.ts';
import { writeDataset } from '../../src/learn/data/artifact.ts';
import { flipBit, tamper } from '../cache/rig.ts';
import { temporaryFolder } from '../learn/data/folder.ts';
import { toyData } from '../learn/train/toy-training.ts';
import { artifactIn } from './artifact-in.ts';
import { methodsOf, snapshotIn, type TrainingKind, trainingCell } from './training-cell.ts';

const root = temporaryFolder();
const freshFolder = () => mkdtempSync(join(root, 'cells'));
const inputs: Record<string, InputArtifact> = {};

beforeAll(async () => {
  const data = freshFolder();
  const { train, test } = toyData();
  await writeDataset(data, 'toy', { train, validation: test, test });
  inputs.data = artifactIn(data);
  const { output } = await trainingCell('train', { method: 'standard', seed: 5 }, inputs, freshFolder());
  inputs.teacher = artifactIn(output);
});

const cases: [name: string, kind: TrainingKind, given: Readonly<Record<string, string | number>>][] = [
  ...methodsOf('train').map((method): (typeof cases)[number] => [`train by ${method}`, 'train', { method }]),
  ['train by pgd-at with awp', 'train', { method: 'pgd-at', awp: 0.01 }],
  ...methodsOf('transfer').map((method): (typeof cases)[number] => [
    `transfer by ${method}`,
    'transfer',
    { method },
  ]),
];

test.each(cases)(
  '%s, continued from cell to cell, ends in the bytes of a training at once',
  async (_, kind, given) => {
    const trained = (folder: string, stop?: number) =>
      trainingCell(kind, { ...given, ...(stop && { 'stop-after': stop }) }, inputs, folder);
    const folder = freshFolder();
    const first = await trained(folder, 1);
    const second = await trained(folder, 2);
    const whole = await trained(folder);
    expect([first, second, whole].map(({ continuedFrom }) => continuedFrom)).toEqual([0, 1, 2]);
    expect(second.result).toEqual((await trained(freshFolder(), 2)).result);
    expect(whole.result).toEqual((await trained(freshFolder())).result);
    expect(second.result).not.toEqual(whole.result);
  },
);

describe('a training of which a part was done before', () => {
  const trained = (folder: string, given: Readonly<Record<string, string | number>> = {}) =>
    trainingCell('train', { method: 'mixup', ...given }, inputs, folder);

  /** Folders in which a cell stopped after its first epoch. */
  async function stopped(given: Readonly<Record<string, string | number>> = {}): Promise<string> {
    const folder = freshFolder();
    await trained(folder, { ...given, 'stop-after': 1 });
    return folder;
  }

  test.each<[string, (snapshot: string) => void | Promise<void>, RegExp?]>([
    ['is gone', (snapshot) => rmSync(snapshot)],
    ['is truncated', (snapshot) => truncateSync(snapshot, 9000), /snapshot\.safetensors .* not used/],
    ['is empty', (snapshot) => truncateSync(snapshot, 0), /snapshot\.safetensors .* not used/],
    ['has another bit', (snapshot) => tamper(snapshot, flipLastBit), /is damaged, or belongs to another/],
    [
      'belongs to another training',
      async (snapshot) => copyFileSync(snapshotIn(await stopped({ seed: 2 }), 1), snapshot),
      /is damaged, or belongs to another training/,
    ],
  ])(
    'starts anew, and ends in the same bytes, if its snapshot %s; the log says so',
    async (_, harm, note) => {
      const expected = await trained(freshFolder());
      const folder = await stopped();
      await harm(snapshotIn(folder, 1));
      const log = vi.spyOn(console, 'error').mockImplementation(() => {});
      const { result, continuedFrom } = await trained(folder);
      const printed = log.mock.calls.join('\n');
      log.mockRestore();
      expect(continuedFrom).toBe(0);
      expect(result).toEqual(expected.result);
      expect(printed).toMatch(note ?? /^$/);
    },
  );

  test('does not continue from an epoch after that in which it stops itself', async () => {
    const folder = freshFolder();
    await trained(folder);
    const first = await trained(folder, { 'stop-after': 1 });
    expect(first.continuedFrom).toBe(0);
    expect(first.result).toEqual((await trained(freshFolder(), { 'stop-after': 1 })).result);
  });

  test('leaves the snapshots of other cells as they are', async () => {
    const folder = await stopped();
    const before = readFileSync(snapshotIn(folder, 1));
    await trained(folder);
    expect(readFileSync(snapshotIn(folder, 1)).equals(before)).toBe(true);
  });
});

function flipLastBit(contents: Buffer): Buffer {
  return Buffer.from(flipBit(contents.reverse()).reverse());
}
