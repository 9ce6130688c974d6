// Writes the declarations of `retable/kind` to dist/types, for projects that have retable as a package. It is part of
// `prepare` and not of the build: `npm start` needs none.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const tsc = compiler();
// An install without development dependencies has no compiler, and nobody who packs it.
if (tsc)
  process.exitCode =
    spawnSync(process.execPath, [tsc, '-p', 'tsconfig.types.json'], { stdio: 'inherit' }).status ?? 1;

function compiler() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  } catch {
    return undefined;
  }
}
