import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Project } from '../support/project.ts';

/** retable installed as another project has it, with this file (or none) as the native module of better-sqlite3. */
function installed(binding: string | Buffer | undefined): Project {
  const project = new Project({
    'pipelines/p.yaml': 'pipeline: p\nstages: {a: {uses: command, with: {run: "true"}}}\n',
  });
  for (const name of ['dist', 'package.json', 'src', 'stages'])
    cpSync(name, project.path(name), { recursive: true });
  mkdirSync(project.path('node_modules'));
  for (const name of readdirSync('node_modules'))
    if (name !== 'better-sqlite3' && name !== '.cache')
      symlinkSync(resolve('node_modules', name), project.path(`node_modules/${name}`));
  const folder = project.path('node_modules/better-sqlite3');
  cpSync('node_modules/better-sqlite3', folder, {
    recursive: true,
    filter: (path) => !/better-sqlite3\/(build|deps|src)$/.test(path),
  });
  if (binding !== undefined) {
    mkdirSync(join(folder, 'build/Release'), { recursive: true });
    writeFileSync(join(folder, 'build/Release/better_sqlite3.node'), binding);
  }
  return project;
}

/** A native module that says it was compiled for another version of Node; undefined where there is no compiler. */
function forOtherNode(): Buffer | undefined {
  const project = new Project({
    // The struct is `node_module` of Node's node.h.
    'module.c': `struct node_module {
  int version; unsigned flags; void *dso; const char *file; void *init; void *context_init; const char *name; void *priv; void *link;
};
extern void node_module_register(void *);
static struct node_module module = { 1, 0, 0, "module.c", (void *)1, (void *)1, "better_sqlite3", 0, 0 };
__attribute__((constructor)) static void register_it(void) { node_module_register(&module); }
`,
  });
  const out = project.path('module.node');
  const { status } = spawnSync('cc', ['-shared', '-fPIC', '-o', out, project.path('module.c')]);
  return status === 0 ? execFileSync('cat', [out]) : undefined;
}

function retable(project: Project, ...args: string[]) {
  return spawnSync(process.execPath, [project.path('dist/retable.js'), ...args], {
    cwd: project.folder,
    encoding: 'utf8',
  });
}

describe('a native module of SQLite that does not fit', () => {
  const toDo = (project: Project) =>
    `  Run \`npm rebuild better-sqlite3\` in ${project.folder} with the Node that runs now (${process.version}, ${process.execPath}), or use the Node that the packages were installed with.\n`;

  test.each([
    ['run', 'p'],
    ['plan', 'p'],
    ['cache', 'ls'],
  ])('is told by %s %s with what to do where it is missing', (...command) => {
    const project = installed(undefined);
    const { stderr, status } = retable(project, ...command);
    expect(stderr).toBe(`error: The native module of better-sqlite3 is missing.\n${toDo(project)}`);
    expect(status).toBe(1);
  });

  test('is told where it is of another version of Node', (context) => {
    const binding = forOtherNode();
    if (binding === undefined) return context.skip('there is no C compiler');
    const project = installed(binding);
    const { stderr, status } = retable(project, 'run', 'p');
    const what = 'The native module of better-sqlite3 was compiled for another version of Node.';
    expect(stderr).toBe(`error: ${what}\n${toDo(project)}`);
    expect(status).toBe(1);
  });

  test('is told where it is no program of this system, as after a copy from another one', () => {
    const project = installed('not a library');
    const { stderr, status } = retable(project, 'run', 'p');
    expect(stderr).toMatch(
      /^error: The native module of better-sqlite3 can't be loaded \(.*better_sqlite3\.node.*\)\.\n/,
    );
    expect(stderr.endsWith(toDo(project))).toBe(true);
    expect(status).toBe(1);
  });
});
