import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { collectFiles } from '../../src/cli/tensorflow/collect.ts';
import { firstTest } from '../../src/cli/tensorflow/first-test.ts';
import { type InstallOptions, installTensorflow } from '../../src/cli/tensorflow/install.ts';
import type { Sources } from '../../src/cli/tensorflow/sources.ts';
import { bindingFile, enginesFolder, readInstallation } from '../../src/engine/tensorflow/installation.ts';
import { bundleChild } from '../engine/child.ts';
import { mountSmallDisk } from '../support/disks.ts';
import { killAll } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { type Programs, programs, publish, WORKING } from './small-tensorflow.ts';

let folder: string;
let sources: Sources;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'retable-install-'));
  sources = publish(path.join(folder, 'index'));
  vi.stubEnv('RETABLE_ENGINES', path.join(folder, 'engines'));
  vi.stubEnv('CXX', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts programs in the place of all others; at the second time, other ones. */
function usePrograms(
  given: Programs & { missing?: readonly ('pip' | 'python' | 'npm' | 'compiler')[] } = {},
): void {
  rmSync(path.join(folder, 'bin'), { recursive: true, force: true });
  vi.stubEnv('PATH', programs(folder, path.join(folder, 'index'), given));
}

/** That of this machine. */
const { PATH } = process.env;

const works = async () => ({});

const install = (options: Partial<InstallOptions> = {}) =>
  installTensorflow(sources, { replace: false, say: () => {}, firstTest: works, ...options });

/** What pip and npm were asked for so far, one word each. */
function downloads(): string[] {
  const lines = existsSync(path.join(folder, 'log'))
    ? readFileSync(path.join(folder, 'log'), 'utf8').split('\n')
    : [];
  return lines.filter((line) => /^(pip|npm) /.test(line)).map((line) => line.split(' ')[0] ?? '');
}

/** What lies where engines are installed, but for the lock. */
function left(): string[] {
  return readdirSync(enginesFolder()).filter((name) => !name.startsWith('tensorflow.lock'));
}

test('an installation has the libraries and the binding, and nothing that only compiling needs', async () => {
  usePrograms();
  expect(await install()).toEqual({});
  expect(readInstallation()).toEqual({ tensorflow: '2.21.0', binding: '1.0', device: 'cpu' });
  const files = readdirSync(enginesFolder(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('tensorflow.lock'));
  expect(files.sort()).toEqual(
    ['installation.json', 'libcublas.so.12', 'libtensorflow_cc.so.2', 'tfjs_binding.node'].sort(),
  );
  expect(left()).toEqual(['tensorflow']);
  expect(downloads()).toEqual(['pip', 'pip', 'npm', 'npm']);
});

describe('an installation that lacks a program', () => {
  test.each([
    ['python', 'Python is not installed', 'Install Python 3'],
    ['pip', 'Python has no pip', 'Install pip'],
    ['npm', 'There is no npm', 'Install npm'],
    ['compiler', 'There is no C++ compiler', 'Install a C++ compiler'],
  ] as const)(
    '%s: says so before it downloads anything, and works once it is there',
    async (missing, message, hint) => {
      usePrograms({ missing: [missing] });
      await expect(install()).rejects.toMatchObject({
        reason: 'installation-failed',
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
        details: { step: 'looking for programs' },
      });
      expect(downloads()).toEqual([]);
      expect(left()).toEqual([]);
      usePrograms();
      await install();
      expect(readInstallation()).toBeDefined();
    },
  );

  test('the compiler that the variable CXX names: says which', async () => {
    usePrograms();
    vi.stubEnv('CXX', 'icpx -O2');
    await expect(install()).rejects.toMatchObject({
      message: expect.stringContaining('CXX names icpx -O2, which does not run'),
    });
  });

  test('needs neither pip nor npm with the files in a folder', async () => {
    usePrograms();
    const library = path.join(folder, 'carried');
    await collectFiles(sources, library, () => {});
    usePrograms({ missing: ['pip', 'npm'] });
    await install({ library });
    expect(readInstallation()).toBeDefined();
    expect(readdirSync(library)).toEqual(expect.arrayContaining(sources.wheels.map(({ file }) => file)));
  });
});

describe('an installation that fails at a step names it and what to do; the next try downloads only what is missing', () => {
  const cases: [what: string, given: Programs, step: string, says: string, hint: string, again: string[]][] =
    [
      [
        'pip',
        { pip: 'echo "ERROR: No route"; exit 1' },
        'downloading',
        'ERROR: No route',
        '--library DIR',
        ['pip', 'pip', 'npm', 'npm'],
      ],
      [
        'npm',
        { npm: 'case "$*" in *--silent*) ;; *) echo "npm error 404";; esac; exit 1' },
        'downloading',
        'npm error 404',
        '--library DIR',
        ['npm', 'npm'],
      ],
      [
        'unpacking',
        { python: 'echo "OSError: [Errno 28] No space left on device"; exit 1' },
        'unpacking',
        'No space left',
        'Make room',
        [],
      ],
      [
        'compiling',
        { compiler: 'echo "error: unrecognized option -std=c++17"; exit 1' },
        'compiling the binding (C++)',
        'unrecognized option',
        'C++17',
        [],
      ],
    ];
  test.each(cases)('%s', async (_, given, step, says, hint, again) => {
    usePrograms(given);
    const failure = install();
    await expect(failure).rejects.toThrow(`failed at this step: ${step}. `);
    await expect(failure).rejects.toMatchObject({
      reason: 'installation-failed',
      message: expect.stringContaining(says),
      hint: expect.stringContaining(hint),
      details: { step },
    });
    expect(readInstallation()).toBeUndefined();
    expect(left()).toEqual(['tensorflow.downloads']);
    const before = downloads().length;
    usePrograms();
    await install();
    expect(downloads().slice(before)).toEqual(again);
    expect(left()).toEqual(['tensorflow']);
  });
});

describe('a file that is not the published one', () => {
  test.each([
    ['half of it', 'truncate -s 3', 'has 3 bytes instead of'],
    ['with another byte', 'sed -i s/PK/pK/', 'does not have the published SHA-256 digest'],
  ])('%s: is not kept, and the next try downloads it again, and only it', async (_, damage, message) => {
    usePrograms({
      pip: `${WORKING.pip}; case "$name" in small_cublas) ${damage} "$(after --dest "$@")"/small_cublas*;; esac`,
    });
    await expect(install()).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining('proxy'),
      details: { step: 'downloading' },
    });
    const kept = readdirSync(path.join(enginesFolder(), 'tensorflow.downloads'));
    expect(kept).toEqual([sources.wheels[0]?.file]);
    usePrograms();
    await install();
    expect(downloads()).toEqual(['pip', 'pip', 'pip', 'npm', 'npm']);
  });

  test('among the downloads of an earlier try is downloaded again', async () => {
    usePrograms({ npm: 'exit 1' });
    await expect(install()).rejects.toThrow();
    truncateSync(path.join(enginesFolder(), 'tensorflow.downloads', sources.wheels[1]?.file ?? ''), 3);
    usePrograms();
    await install();
    expect(downloads()).toEqual(['pip', 'pip', 'npm', 'pip', 'npm', 'npm']);
  });

  test('in the folder of --library is left alone; the message says how to collect the files', async () => {
    usePrograms();
    const library = path.join(folder, 'carried');
    await collectFiles(sources, library, () => {});
    const damaged = path.join(library, sources.packages.binding.file);
    truncateSync(damaged, 3);
    await expect(install({ library })).rejects.toMatchObject({
      message: expect.stringContaining(
        `${damaged} is not the published file of small-binding 1.0: it has 3 bytes`,
      ),
      hint: expect.stringContaining('retable engines install tensorflow --download DIR'),
    });
    expect(readFileSync(damaged)).toHaveLength(3);
  });

  test('but one of another version, in the folder of --library: the message names both', async () => {
    usePrograms();
    const library = path.join(folder, 'carried');
    mkdirSync(library);
    writeFileSync(path.join(library, 'libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz'), '');
    await expect(install({ library })).rejects.toMatchObject({
      message: expect.stringMatching(
        /lacks small_tensorflow-1.0-py3-none-any.whl, .*other versions or builds: libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz/,
      ),
      hint: expect.stringContaining('--download DIR'),
    });
  });
});

describe('an installation without space', () => {
  test('says how much is needed before it downloads anything', async (context) => {
    const disk = mountSmallDisk('1m');
    if (disk === undefined) return context.skip('this user may not mount a small file system');
    vi.stubEnv('RETABLE_ENGINES', disk);
    usePrograms();
    sources = { ...sources, installed: 5_000_000 };
    await expect(install()).rejects.toMatchObject({
      message: expect.stringMatching(/step: checking space\. .* left; 5(\.0\d)? MB are needed/),
      hint: expect.stringContaining('RETABLE_ENGINES'),
    });
    expect(downloads()).toEqual([]);
  });

  test('while it unpacks says so, and needs no download once there is space', async (context) => {
    const disk = mountSmallDisk('2m');
    if (disk === undefined) return context.skip('this user may not mount a small file system');
    rmSync(path.join(folder, 'index'), { recursive: true });
    sources = publish(path.join(folder, 'index'), 3_000_000);
    vi.stubEnv('RETABLE_ENGINES', disk);
    usePrograms();
    await expect(install()).rejects.toMatchObject({
      message: expect.stringMatching(/step: unpacking(.|\n)*No space left on device/),
      hint: expect.stringContaining('RETABLE_ENGINES'),
    });
    vi.stubEnv('PATH', PATH);
    execFileSync('mount', ['-o', 'remount,size=20m', disk]);
    usePrograms();
    await install();
    expect(downloads()).toHaveLength(4);
  });

  test('between two programs says so, and keeps what was downloaded', async (context) => {
    const disk = mountSmallDisk('2m');
    if (disk === undefined) return context.skip('this user may not mount a small file system');
    vi.stubEnv('RETABLE_ENGINES', disk);
    const full = path.join(disk, 'full');
    usePrograms({ python: `${WORKING.python}\ncase "$*" in *cublas*) cat /dev/zero > ${full};; esac; true` });
    await expect(install()).rejects.toMatchObject({
      reason: 'disk-full',
      message: expect.stringContaining(
        'cannot install TensorFlow, at this step: unpacking: the disk is full',
      ),
      hint: expect.stringContaining('RETABLE_ENGINES'),
    });
    rmSync(full);
    usePrograms();
    await install();
    expect(downloads()).toEqual(['pip', 'pip', 'npm', 'npm']);
  });
});

describe('an installation that is killed', () => {
  /** Installs the same in a process that can be killed. */
  async function start(): Promise<{ pid: number; ended: Promise<unknown> }> {
    const file = await bundleChild(
      mkdtempSync(path.join(folder, 'child-')),
      `import { installTensorflow } from '/src/cli/tensorflow/install.ts';
       const sources = JSON.parse(process.argv[2]);
       await installTensorflow(sources, { replace: false, say: () => {}, firstTest: async () => ({}) });`,
    );
    // With a group of its own, by which all that it has started is ended at last.
    const child = spawn(process.execPath, [file, JSON.stringify(sources)], {
      stdio: 'inherit',
      detached: true,
    });
    const { pid = 0 } = child;
    onTestFinished(() => killAll([-pid]));
    const ended = new Promise((resolve) => child.on('close', resolve));
    return { pid, ended };
  }

  const wait = 'touch "$LOG.waits"; sleep 100000';
  test.each([
    ['pip', { pip: wait }, ['pip', 'pip', 'npm', 'npm']],
    ['npm', { npm: wait }, ['npm', 'npm']],
    ['unpacking', { python: wait }, []],
    ['compiling', { compiler: wait }, []],
  ] as const)(
    'during %s leaves no lock; what it has started does no harm; the next try works',
    async (_, given, again) => {
      usePrograms(given);
      const { pid, ended } = await start();
      await until(() => existsSync(path.join(folder, 'log.waits')));
      process.kill(pid, 'SIGKILL');
      await ended;
      const before = downloads().length;
      usePrograms();
      const said: string[] = [];
      await install({ say: (line) => said.push(line) });
      expect(said.join()).not.toContain('another process');
      expect(downloads().slice(before)).toEqual(again);
      expect(left()).toEqual(['tensorflow']);
    },
  );
});

test('two installations at the same time: one waits for the other and finds its result', async () => {
  usePrograms();
  const said: string[] = [];
  await Promise.all([
    install({ say: (line) => said.push(line) }),
    install({ say: (line) => said.push(line) }),
  ]);
  expect(downloads()).toEqual(['pip', 'pip', 'npm', 'npm']);
  expect(said).toContainEqual(expect.stringContaining('another process installs TensorFlow here'));
  expect(said).toContainEqual(expect.stringContaining('TensorFlow is installed already'));
});

describe('the first test', () => {
  test('of a library that cannot be loaded leaves the former installation, and needs no download the next time', async () => {
    usePrograms();
    await install();
    appendFileSync(bindingFile(), 'the former one');
    const before = downloads().length;
    // The compiler of these tests writes an empty file.
    await expect(install({ replace: true, firstTest })).rejects.toMatchObject({
      reason: 'installation-failed',
      message: expect.stringContaining('its library cannot be loaded'),
      hint: expect.stringContaining('use the engine `onnx`'),
      details: { step: 'computing on the device' },
    });
    expect(readFileSync(bindingFile(), 'utf8')).toBe('the former one');
    expect(downloads().slice(before)).toHaveLength(4);
    await install({ replace: true });
    expect(readFileSync(bindingFile(), 'utf8')).toBe('');
    expect(downloads().slice(before)).toHaveLength(4);
  });

  test('of a library that ends its process says so', async (context) => {
    const compiled = path.join(folder, 'ends.node');
    const code = '#include <stdlib.h>\n__attribute__((constructor)) static void end(void) { abort(); }\n';
    try {
      execFileSync('cc', ['-shared', '-fPIC', '-x', 'c', '-', '-o', compiled], { input: code });
    } catch {
      return context.skip('there is no C compiler');
    }
    usePrograms({ compiler: `cp ${compiled} "$(after -o "$@")"` });
    await expect(install({ firstTest })).rejects.toMatchObject({
      message: expect.stringContaining('The library ended its process (SIGABRT)'),
      hint: expect.stringContaining('may be too old for the library'),
    });
    expect(readInstallation()).toBeUndefined();
  });

  test('without a GPU keeps the installation, for a machine that has one', async () => {
    usePrograms();
    const gpuMissing = 'this machine has no NVIDIA driver';
    expect(await install({ firstTest: async () => ({ gpuMissing }) })).toEqual({ gpuMissing });
    expect(readInstallation()).toBeDefined();
  });
});
