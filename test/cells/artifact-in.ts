import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InputArtifact } from '../../src/kind/kind.ts';

/** An artifact in a folder. */
export function artifactIn(folder: string): InputArtifact {
  const files = readdirSync(folder, { recursive: true }).map(String);
  return { digest: '', files, file: (name) => join(folder, name) };
}
