import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replaceFile } from '../replace-file.ts';

/** A value computed from files, with the state of these files. */
interface Memo<T> {
  readonly stamps: Readonly<Record<string, string>>;
  readonly value: T;
}

/** A file that changed more recently than this could change again without a different stamp. */
const RACY_MS = 2_000;

/**
 * Stores a value computed from files, and returns it as long as none of them has changed, so that planning does not
 * need the bundler. In case of doubt, the value is computed again.
 * @param path file of the memo
 * @param isUsable returns false if something that the value refers to is gone
 */
export async function remembered<T>(
  path: string,
  isUsable: (value: T) => boolean,
  workOut: () => Promise<{ readonly value: T; readonly inputs: readonly string[] }>,
): Promise<T> {
  const memo = read<T>(path);
  const isFresh = Object.entries(memo?.stamps ?? {}).every(([file, stamp]) => stampOf(file)?.text === stamp);
  if (memo && isFresh && isUsable(memo.value)) return memo.value;
  const { value, inputs } = await workOut();
  // This code itself is an input: a newer retable may compute the value differently.
  const stamps = [...inputs, fileURLToPath(import.meta.url)].map((file) => [file, stampOf(file)] as const);
  const isSettled = stamps.every(([, stamp]) => stamp !== undefined && Date.now() - stamp.changed > RACY_MS);
  if (isSettled)
    await write(path, {
      stamps: Object.fromEntries(stamps.map(([file, stamp]) => [file, stamp?.text])),
      value,
    });
  return value;
}

function stampOf(file: string): { text: string; changed: number } | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (!found) return undefined;
  return {
    text: `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`,
    changed: Number(found.ctimeMs),
  };
}

function read<T>(path: string): Memo<T> | undefined {
  try {
    // Written by `write` below; an incomplete file is not valid JSON.
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Memo<T>) : undefined;
  } catch {
    return undefined;
  }
}

async function write(path: string, memo: object): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, (draft) => writeFile(draft, JSON.stringify(memo)));
  } catch {
    // On a full or read-only disk, only the speedup is lost.
  }
}
