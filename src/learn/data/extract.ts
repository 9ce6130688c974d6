import { mkdir, rm } from 'node:fs/promises';
import { list, type ReadEntry, extract as unpack } from 'tar';
import { Failure } from '../../failure.ts';

const plain = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory', 'OldDirectory', 'GNUDumpDir']);

/**
 * Unpacks a tar archive, with or without gzip. All entries are checked first: if one has an absolute path, contains
 * `..` that leads outside, or is not a file or folder (a link, a device), nothing is unpacked.
 *
 * @param folder created; existing contents are removed
 * @throws Failure `bad-archive`
 */
export async function extract(archive: string, folder: string): Promise<void> {
  const refused: string[] = [];
  const look = (entry: ReadEntry) => {
    const why = whyRefused(entry);
    if (why) refused.push(`"${entry.path}" ${why}`);
  };
  await guarded(archive, () => list({ file: archive, strict: true, onReadEntry: look }));
  if (refused[0]) {
    throw new Failure('bad-archive', `${archive} was not unpacked: its entry ${refused[0]}.`, {
      hint: 'The published archive has no such entries. Download it again.',
      details: { archive, refused },
    });
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await guarded(archive, () =>
    unpack({
      file: archive,
      cwd: folder,
      strict: true,
      filter: (_, entry) => !('type' in entry) || !whyRefused(entry),
    }),
  );
}

function whyRefused(entry: ReadEntry): string | undefined {
  if (!plain.has(entry.type)) return `is a ${entry.type}`;
  if (/^([/\\]|[A-Za-z]:)/.test(entry.path)) return 'has an absolute path';
  if (entry.path.split(/[/\\]/).includes('..')) return 'leads out of its folder';
  return undefined;
}

async function guarded(archive: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT')
      throw new Failure('no-such-file', `There is no archive ${archive}.`, { cause: error });
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new Failure('disk-full', `The disk is full: ${archive} could not be unpacked.`, {
        hint: 'Free some space and run again.',
        cause: error,
      });
    }
    if (/^(TAR_|Z_|ZLIB)/.test(code)) {
      throw new Failure('bad-archive', `${archive} is cut off or damaged: it cannot be unpacked.`, {
        hint: 'Remove it and download it again.',
        cause: error,
      });
    }
    throw error;
  }
}
