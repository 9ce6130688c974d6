// Runs the tests and tells how many lines of each room they reach, in this process and in those that tests start: the
// command line and the cells. Arguments are names of test files. coverage/index.html shows the lines.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mergeScriptCovs } from '@bcoe/v8-coverage';
import { convert } from 'ast-v8-to-istanbul';
import libCoverage from 'istanbul-lib-coverage';
import libReport from 'istanbul-lib-report';
import reports from 'istanbul-reports';
import { parseAstAsync } from 'vite';
import { startVitest } from 'vitest/node';

// Node writes here what each process has executed when it ends. What a killed process executed is not counted.
const processes = mkdtempSync(join(tmpdir(), 'retable-coverage-'));
const vitest = await startVitest('test', process.argv.slice(2), {
  watch: false,
  coverage: { enabled: true, reporter: ['json'] },
  env: { NODE_V8_COVERAGE: processes },
});
await vitest.close();

const found = libCoverage.createCoverageMap(JSON.parse(readFileSync('coverage/coverage-final.json', 'utf8')));
for (const script of scripts()) found.merge(await ofSources(script));
const lines = libCoverage.createCoverageMap();
for (const file of found.files()) lines.addFileCoverage(byLine(found.fileCoverageFor(file)));
const context = libReport.createContext({ dir: 'coverage', coverageMap: lines });
reports.create('html').execute(context);
reports.create('json-summary').execute(context);
for (const [room, { covered, total }] of rooms(lines)) {
  process.stdout.write(
    `${room.padEnd(30)} ${((100 * covered) / total).toFixed(1).padStart(5)} % of ${total} lines\n`,
  );
}
rmSync(processes, { recursive: true, force: true });

/** What all processes together executed of each file that was built from sources of ours. */
function scripts() {
  const byUrl = new Map();
  for (const file of readdirSync(processes)) {
    for (const script of executedBy(join(processes, file))) {
      if (!isBuilt(script.url)) continue;
      const before = byUrl.get(script.url);
      byUrl.set(script.url, before === undefined ? script : mergeScriptCovs([before, script]));
    }
  }
  return byUrl.values();
}

/** Whether a script is the command line or a kind, as this checkout has built them. */
function isBuilt(url) {
  const own = pathToFileURL(process.cwd()).href;
  if (!url.startsWith(`${own}/dist/`) && !url.startsWith(`${own}/node_modules/.cache/retable/`)) return false;
  return url.endsWith('.js') && existsSync(fileURLToPath(url));
}

/** What one process executed. Nothing if it was killed while it wrote the file. */
function executedBy(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).result;
  } catch {
    return [];
  }
}

/** Coverage of a built file as coverage of its sources, by its source map. */
async function ofSources(script) {
  const path = fileURLToPath(script.url);
  const code = readFileSync(path, 'utf8');
  const inline = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)/.exec(code)?.[1];
  const map =
    inline === undefined ? readFileSync(`${path}.map`, 'utf8') : Buffer.from(inline, 'base64').toString();
  const sourceMap = JSON.parse(map);
  const sources = sourceMap.sources.map((source) => join(dirname(path), source));
  const sourcesContent = sources.map((source) => (isCounted(source) ? readFileSync(source, 'utf8') : null));
  const converted = await convert({
    ast: parseAstAsync(code),
    code,
    wrapperLength: 0,
    coverage: script,
    sourceMap: { ...sourceMap, sources, sourcesContent },
  });
  return Object.fromEntries(Object.entries(converted).filter(([source]) => isCounted(source)));
}

/** Whether a file is a source of ours. Kinds of tests' own projects are bundled, too. */
function isCounted(source) {
  return /^(src\/.*|stages\/[^/]*)\.ts$/.test(relative(process.cwd(), source)) && existsSync(source);
}

/**
 * The same coverage with lines as its only unit. A file that was built in two ways has its statements at slightly
 * different columns, so that each would count twice.
 */
function byLine(file) {
  const counts = Object.entries(file.getLineCoverage());
  const at = ([line]) => ({
    start: { line: Number(line), column: 0 },
    end: { line: Number(line), column: 999 },
  });
  return {
    path: file.path,
    statementMap: Object.fromEntries(counts.map((entry) => [entry[0], at(entry)])),
    s: Object.fromEntries(counts),
    fnMap: {},
    f: {},
    branchMap: {},
    b: {},
  };
}

/** Sums by folder, and the sum of all. */
function rooms(map) {
  const sums = new Map();
  for (const file of map.files()) {
    const { covered, total } = map.fileCoverageFor(file).toSummary().lines;
    for (const room of [dirname(relative(process.cwd(), file)), 'all']) {
      const sum = sums.get(room) ?? { covered: 0, total: 0 };
      sums.set(room, { covered: sum.covered + covered, total: sum.total + total });
    }
  }
  return [...sums].sort(([a], [b]) => Number(a === 'all') - Number(b === 'all') || a.localeCompare(b));
}
