// Bundles the command line and the cell process into dist/, with all packages but those that bring native code: one file
// loads several times faster than the hundreds of some packages. Benches go to dist/bench, which is no part of the package.
// Kinds in stages/ are not built here: `retable` bundles them itself when it plans, so that they are never stale.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

// `npm start` builds too, so that nobody runs yesterday's code; most often there is nothing to do, and not even the
// bundler is loaded.
const STAMP = 'dist/built-from';
const stamp = stampOf(['build.mjs', 'package.json', 'package-lock.json', 'src', 'bench']);
if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) process.exit(0);
const { build } = await import('esbuild');

const DAY_MS = 86_400_000;
const benches = existsSync('bench') ? readdirSync('bench').filter((file) => file.endsWith('.ts')) : [];

const options = {
  bundle: true,
  splitting: true,
  external: ['better-sqlite3', 'esbuild', 'onnxruntime-node', 'sharp', '@tensorflow/*'],
  // Packages in CommonJS ask for Node's modules by `require`.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; var require = requireOf(import.meta.url);",
  },
  platform: 'node',
  target: 'node20.11',
  format: 'esm',
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'linked',
  write: false,
  logLevel: 'warning',
};
const entryPoints = {
  retable: 'src/cli/main.ts',
  cell: 'src/run/cell-process.ts',
  kind: 'src/kind/kind.ts',
  'first-test': 'src/cli/tensorflow/first-test-process.ts',
  // Writes the page of a pipeline as HTML; loaded by `src/cli/page-assets.ts`.
  'page-render': 'src/page/browser/render.tsx',
};
const jsx = { jsx: 'automatic', jsxImportSource: 'preact' };
const built = await Promise.all([
  build({ ...options, ...jsx, entryPoints, outdir: 'dist' }),
  // A classic script and a style sheet, which every page of a pipeline contains.
  build({
    ...jsx,
    entryPoints: { page: 'src/page/browser/main.tsx', 'page-style': 'src/page/browser/style.css' },
    outdir: 'dist',
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
    legalComments: 'inline',
    write: false,
    logLevel: 'warning',
  }),
  // On their own, so that no file that only they need lies beside the others.
  build({ ...options, entryPoints: benches.map((file) => `bench/${file}`), outdir: 'dist/bench' }),
]);
const outputFiles = built.flatMap((one) => one.outputFiles);

// A run may be going on with these very files: each is replaced in one step and only where it differs, and those of
// earlier builds stay for a day.
for (const { path, contents } of outputFiles) {
  if (existsSync(path) && readFileSync(path).equals(contents)) continue;
  mkdirSync(dirname(path), { recursive: true });
  // npx starts the command line as a program.
  writeFileSync(`${path}.${process.pid}`, contents, {
    mode: basename(path) === 'retable.js' ? 0o755 : 0o644,
  });
  renameSync(`${path}.${process.pid}`, path);
}
const current = new Set(outputFiles.map(({ path }) => path));
for (const folder of ['dist', 'dist/bench'].filter((path) => existsSync(path))) {
  for (const file of readdirSync(folder)) {
    const path = resolve(folder, file);
    if (current.has(path) || path === resolve(STAMP) || statSync(path).isDirectory()) continue;
    if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { force: true });
  }
}
writeFileSync(STAMP, stamp);

/** What a look at all files under some paths tells, without reading them: a digest of names, sizes and times of change. */
function stampOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(`${path} ${stat?.size} ${stat?.mtimeMs}\n`);
  };
  for (const path of paths) add(path);
  return hash.digest('hex');
}
