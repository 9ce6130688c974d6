import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replaceFile } from '../replace-file.ts';

/** What was worked out from some files, with the state that they were in. */
interface Memo<T> {
  readonly stamps: Readonly<Record<string, string>>;
  readonly value: T;
}

/** Files that changed so shortly ago could change again without a trace in their stamp. */
const RACY_MS = 2_000;

/**
 * Keeps what was worked out from files, and gives it back as long as none of them was touched: planning then needs no
 * bundler at all. It is only ever a shortcut; any doubt works it out anew.
 * @param path the memo's file
 * @param isUsable false where something that the value speaks of is gone
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
  // This code itself is an input: a newer retable may work things out in another way.
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
    // Written by `write`, below; a torn file does not parse.
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
    // A full or read-only disk costs the shortcut, nothing else.
  }
}
