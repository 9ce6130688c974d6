import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { create } from 'tar';
import type { Source } from '../../src/cli/tensorflow/source.ts';
import type { Sources } from '../../src/cli/tensorflow/sources.ts';

// An installation of a few bytes: two wheels and two packages of npm with the layout of the real ones, and programs that
// come first in the PATH in the place of pip, npm and the compiler. The code that installs is the real one.

/** Python itself, not what a version manager puts in its place. */
const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).trim();

/** What an index has, in a folder, and what an installation needs of it. @param size bytes of the unpacked library */
export function publish(folder: string, size = 4): Sources {
  mkdirSync(folder, { recursive: true });
  const library = 'tensorflow/libtensorflow_cc.so.2';
  const wheels = [
    wheel(folder, 'small_tensorflow', {
      [library]: 'x'.repeat(size),
      'tensorflow/include/tensorflow/c/c_api.h': '',
    }),
    wheel(folder, 'small_cublas', { 'nvidia/cublas/lib/libcublas.so.12': 'y', 'nvidia/cublas/doc.txt': '' }),
  ];
  const packages = {
    binding: npmPackage(folder, 'small-binding', 'binding/tfjs_binding.cc'),
    headers: npmPackage(folder, 'small-headers', 'include/node_api.h'),
  };
  return { device: 'cpu', version: '2.21.0', wheels, platforms: ['any'], packages, installed: 0 };
}

function wheel(folder: string, name: string, files: Readonly<Record<string, string>>): Source {
  const file = `${name}-1.0-py3-none-any.whl`;
  const program =
    'import json, sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)\nfor name, text in json.load(sys.stdin).items(): z.writestr(name, text)\nz.close()';
  execFileSync(PYTHON, ['-c', program, path.join(folder, file)], { input: JSON.stringify(files) });
  return sourceOf(folder, name, file);
}

function npmPackage(folder: string, name: string, content: string): Source {
  const file = `${name}-1.0.tgz`;
  const from = path.join(folder, name);
  mkdirSync(path.dirname(path.join(from, 'package', content)), { recursive: true });
  writeFileSync(path.join(from, 'package', content), '// code');
  create({ sync: true, gzip: true, cwd: from, file: path.join(folder, file) }, ['package']);
  return sourceOf(folder, name, file);
}

function sourceOf(folder: string, name: string, file: string): Source {
  const content = readFileSync(path.join(folder, file));
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { package: name, version: '1.0', file, sha256, bytes: statSync(path.join(folder, file)).size };
}

/** What a program does instead, as the text of a shell script. It logs its arguments first. */
export interface Programs {
  readonly pip?: string;
  /** Python that unpacks. */
  readonly python?: string;
  readonly npm?: string;
  readonly compiler?: string;
}

/** pip and npm copy what is published; Python is the real one; the compiler writes an empty file. */
export const WORKING = {
  pip: 'name=$(cut -d= -f1 "$(after --requirement "$@")"); cp "$INDEX/$name"-*.whl "$(after --dest "$@")"',
  python: `${PYTHON} "$@" || exit 1`,
  npm: 'cp "$INDEX/$(echo "$2" | sed s/@1.0//)"-1.0.tgz "$(after --pack-destination "$@")"',
  compiler: ': > "$(after -o "$@")"',
} as const;

/**
 * The PATH with these programs, in a new folder.
 * @param index the folder of `publish`
 * @param missing those that are not there at all
 */
export function programs(
  folder: string,
  index: string,
  {
    missing = [],
    ...scripts
  }: Programs & { readonly missing?: readonly ('pip' | 'python' | 'npm' | 'compiler')[] } = {},
): string {
  const { pip, python, npm, compiler } = { ...WORKING, ...scripts };
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  const write = (name: string, text: string) =>
    writeFileSync(
      path.join(bin, name),
      `#!/bin/sh\n${START}INDEX='${index}'\nLOG='${folder}/log'\n${text}\n`,
      {
        mode: 0o755,
      },
    );
  const has = (name: 'pip' | 'python' | 'npm' | 'compiler') => !missing.includes(name);
  const answer = 'case "$*" in *--version) exit 0;; esac';
  const log = (name: string) => `echo "${name} $*" >> "$LOG"`;
  if (has('python')) {
    const asPip = has('pip') ? `${answer}\n${log('pip')}\n${pip}` : 'exit 1';
    write('python3', `if [ "$2" = pip ]; then\n${asPip}\nelse\n${answer}\n${log('python')}\n${python}\nfi`);
  }
  if (has('npm')) write('npm', `${answer}\n${log('npm')}\n${npm}`);
  if (has('compiler')) write('g++', `${answer}\n${log('g++')}\n${compiler}`);
  symlinkSync(process.execPath, path.join(bin, 'node'));
  return bin;
}

const START = `PATH=/usr/bin:/bin
after() { flag=$1; shift; for argument; do [ "$before" = "$flag" ] && echo "$argument"; before=$argument; done; }
`;
