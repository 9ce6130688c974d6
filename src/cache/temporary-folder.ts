import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let parent: string | undefined;

/** A new folder for this process, which is deleted when the process ends. */
export function temporaryFolder(): string {
  parent ??= removedAtExit(mkdtempSync(join(tmpdir(), 'retable-')));
  return mkdtempSync(join(parent, 'folder-'));
}

function removedAtExit(folder: string): string {
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
