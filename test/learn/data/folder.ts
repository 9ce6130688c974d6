import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** The project's root. */
export const project = fileURLToPath(new URL('../../..', import.meta.url));

/** A temporary folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'retable-data-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
