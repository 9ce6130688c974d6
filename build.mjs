// Bundles the command line and the cell process into dist/, packages left external.
// Kinds in stages/ are not built here: `retable` bundles them itself when it plans, so that they are never stale.
import { readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
const benches = readdirSync('bench').filter((file) => file.endsWith('.ts'));
await build({
  entryPoints: {
    retable: 'src/cli/main.ts',
    cell: 'src/run/cell-process.ts',
    kind: 'src/kind/kind.ts',
    ...Object.fromEntries(benches.map((file) => [`bench/${file.slice(0, -3)}`, `bench/${file}`])),
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  target: 'node20.11',
  format: 'esm',
  sourcemap: true,
  logLevel: 'warning',
});
