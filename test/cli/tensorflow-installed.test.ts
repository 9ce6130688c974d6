import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GPU_WHEELS } from '../../src/cli/tensorflow/gpu-wheels.ts';
import { installTensorflow } from '../../src/cli/tensorflow/install.ts';
import { sourcesFor } from '../../src/cli/tensorflow/sources.ts';
import { engineIdentity, installedEngine } from '../../src/engine/identity.ts';
import { driverVersion, nvidiaDriver } from '../../src/engine/processor.ts';
import {
  enginesFolder,
  MANIFEST,
  readInstallation,
  tensorflowFolder,
} from '../../src/engine/tensorflow/installation.ts';
import { bundleChild } from '../engine/child.ts';
import { makeReadOnly } from '../support/disks.ts';
import { Project } from '../support/project.ts';

const installed = tensorflowFolder();
const isInstalled = readInstallation() !== undefined;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'retable-installed-'));
  vi.stubEnv('RETABLE_ENGINES', path.join(folder, 'engines'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const install = (options: { replace?: boolean; library?: string } = {}) =>
  installTensorflow(sourcesFor(false, 'linux', 'x64'), {
    replace: false,
    say: () => {},
    firstTest: async () => ({}),
    ...options,
  });

/** An installation, as far as its identity is read. */
function pretend(device: string, tensorflow = '2.21.0'): string {
  const to = path.join(enginesFolder(), 'tensorflow');
  mkdirSync(to, { recursive: true });
  writeFileSync(path.join(to, MANIFEST), JSON.stringify({ tensorflow, binding: '4.22.0', device }));
  return to;
}

/** Puts a program before all others. */
function putFirst(name: string, script: string): void {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
}

async function tensorflowEntry(
  project: Project,
): Promise<{ available: boolean; why: string; driver?: string }> {
  const { engines } = await project.json<{ engines: { name: string; available: boolean; why: string }[] }>(
    'engines',
  );
  return engines.find(({ name }) => name === 'tensorflow') ?? { available: false, why: '' };
}

describe('where engines are installed', () => {
  test('is a folder of the user, or the one that a variable names', () => {
    expect(enginesFolder({ XDG_DATA_HOME: '/data' })).toBe('/data/retable/engines');
    expect(enginesFolder({ XDG_DATA_HOME: '/data', RETABLE_ENGINES: '/shared' })).toBe('/shared');
    expect(enginesFolder({})).toMatch(/\/\.local\/share\/retable\/engines$/);
  });

  test('cannot be a file: the message says which variable names another folder', async () => {
    writeFileSync(path.join(folder, 'engines'), 'a file');
    await expect(install()).rejects.toMatchObject({
      reason: 'not-a-folder',
      hint: expect.stringContaining('RETABLE_ENGINES'),
    });
  });

  test('can be read-only once it is installed, but not before', async (context) => {
    // It is a mount until the test has finished.
    const home = mkdtempSync(path.join(tmpdir(), 'retable-read-only-'));
    if (!makeReadOnly(home)) return context.skip('this user may not mount');
    vi.stubEnv('RETABLE_ENGINES', path.join(home, 'local', 'engines'));
    await expect(install()).rejects.toMatchObject({
      reason: 'read-only',
      message: expect.stringContaining(`cannot install TensorFlow in ${enginesFolder()}`),
      hint: expect.stringContaining('RETABLE_ENGINES'),
    });
    execFileSync('mount', ['-o', 'remount,rw,bind', home]);
    pretend('cpu');
    execFileSync('mount', ['-o', 'remount,ro,bind', home]);
    expect(await install()).toEqual({});
    expect(engineIdentity('tensorflow')).toMatchObject({ device: 'cpu' });
  });

  test('is read by another user, or its message says how its owner allows that', async () => {
    const to = pretend('cpu');
    chmodSync(folder, 0o755);
    const child = await bundleChild(
      folder,
      `import { readInstallation } from '/src/engine/tensorflow/installation.ts';
       try { console.log(readInstallation()?.device) } catch (error) { console.log(error.reason, error.hint) }`,
    );
    // Root may read everything. Any other user is kept out by the rights of the folder, too.
    const another = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const read = () =>
      execFileSync(process.execPath, [child], { ...another, encoding: 'utf8', cwd: '/' }).trim();
    expect(read()).toBe('cpu');
    chmodSync(path.join(to, MANIFEST), 0);
    expect(read()).toMatch(/^no-permission .*chmod -R a\+rX .*RETABLE_ENGINES/);
  });
});

describe('an installation that is there', () => {
  test('is not made again, and nothing is written', async () => {
    pretend('cpu');
    expect(await install()).toEqual({});
    expect(readdirSync(enginesFolder())).toEqual(['tensorflow']);
  });

  test.each([
    ['for another device', 'cuda', '2.21.0'],
    ['of another version', 'cpu', '2.9.1'],
  ])('%s is replaced only if that is asked for', async (_, device, version) => {
    pretend(device, version);
    await expect(install()).rejects.toMatchObject({ reason: 'other-installation' });
    expect(readInstallation()).toMatchObject({ device, tensorflow: version });
  });

  test('is part of the identity, and does not become the default engine', () => {
    pretend('cpu');
    expect(engineIdentity('tensorflow')).toMatchObject({
      device: 'cpu',
      packages: { tensorflow: '2.21.0', '@tensorflow/tfjs-node': '4.22.0', '@tensorflow/tfjs': '4.22.0' },
    });
    expect(installedEngine()).toBe('onnx');
  });

  test('with a damaged manifest is a failure with the command that repairs it', () => {
    pretend('toaster');
    expect(() => engineIdentity('tensorflow')).toThrow(
      expect.objectContaining({ reason: 'engine-unavailable', hint: expect.stringContaining('--replace') }),
    );
  });

  test.each(['cpu', 'cuda'])(
    'for %s without its library is listed with the command that repairs it',
    async (device) => {
      pretend(device);
      const { available, why } = await tensorflowEntry(new Project({}));
      expect(available).toBe(false);
      expect(why).toContain('its library cannot be loaded');
      expect(why).toContain(
        `retable engines install tensorflow${device === 'cuda' ? ' --gpu' : ''} --replace`,
      );
    },
  );
});

describe('the engine tensorflow', () => {
  test('that is not installed fails a run with the command that installs it, and writes nothing to the project', async () => {
    const project = new Project({
      'pipelines/p.yaml':
        'pipeline: p\nstages:\n  data: { uses: dataset, with: { name: digits } }\n  model: { uses: train, needs: { data: data }, with: { method: standard, net: resnet-8-w8, epochs: 1 } }\n',
    });
    const { stderr, code } = await project.retable('run', 'p', '--engine', 'tensorflow');
    expect(code).not.toBe(0);
    expect(stderr).toContain('retable engines install tensorflow');
    const tried = await project.retable('engines', 'install', 'tensorflow', '--library', 'nothing');
    expect(tried.stderr).toContain('nothing lacks tensorflow_cpu-');
    expect(readdirSync(project.folder)).toEqual(['pipelines']);
  });

  test.skipIf(!isInstalled)(
    'is listed with the version of its library, its device and its instruction set',
    async () => {
      vi.stubEnv('RETABLE_ENGINES', path.dirname(installed));
      const { stdout } = await new Project({}).retable('engines');
      expect(stdout).toMatch(/^ {2}tensorflow +cpu .*\((x64|arm64)-\w+, tensorflow 2\.21\.0, /m);
      expect(stdout).toMatch(/^\* onnx /m);
    },
  );

  test.skipIf(!isInstalled).each([
    ['no driver', 'exit 1', 'this machine has no NVIDIA driver', 'install tensorflow --replace'],
    ['a driver', 'echo 470.57.02', 'finds no GPU through the NVIDIA driver 470.57.02', '525.60.13'],
  ])('for GPUs, on a machine with %s, is listed with what is missing', async (_, script, why, hint) => {
    if (existsSync('/proc/driver/nvidia/version')) return;
    // The library for processors in the place of the one for GPUs: it sees no GPU either.
    const to = pretend('cuda');
    symlinkSync(path.join(installed, 'tensorflow'), path.join(to, 'tensorflow'));
    putFirst('nvidia-smi', script);
    const entry = await tensorflowEntry(new Project({}));
    expect(entry.available).toBe(false);
    expect(entry.why).toContain(why);
    expect(entry.why).toContain(hint);
  });
});

describe('the NVIDIA driver', () => {
  test('is that of nvidia-smi', () => {
    putFirst('nvidia-smi', 'echo 580.159.03; echo 580.159.03');
    expect(nvidiaDriver()).toBe('580.159.03');
  });

  test.each([
    [
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  525.60.13  Wed Nov 30 06:39:21 UTC 2022\nGCC version:  gcc version 11.3.0',
      '525.60.13',
    ],
    ['NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95  Release Build\n', '580.95'],
    ['', undefined],
  ])('is in what its kernel module says (%#)', (text, version) => {
    expect(driverVersion(text)).toBe(version);
  });
});

describe('what is published', () => {
  test.each([
    [false, 'linux', 'x64', 'tensorflow-cpu', 1],
    [false, 'linux', 'arm64', 'tensorflow', 1],
    [true, 'linux', 'x64', 'tensorflow', GPU_WHEELS.length],
  ] as const)('with a GPU: %s, on %s and %s', (gpu, platform, arch, name, count) => {
    const { wheels } = sourcesFor(gpu, platform, arch);
    expect(wheels[0]).toMatchObject({ package: name });
    expect(wheels).toHaveLength(count);
    for (const { sha256 } of wheels) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    [false, 'darwin', 'arm64', 'only for Linux on x64 and arm64, not for darwin on arm64'],
    [false, 'win32', 'x64', 'only for Linux on x64 and arm64, not for win32 on x64'],
    [true, 'linux', 'arm64', 'with CUDA only for Linux on x64, not for linux on arm64'],
  ] as const)(
    'is not there with a GPU: %s, on %s and %s, and the message says which engine to use',
    (gpu, platform, arch, message) => {
      expect(() => sourcesFor(gpu, platform, arch)).toThrow(message);
      expect(() => sourcesFor(gpu, platform, arch)).toThrow(
        expect.objectContaining({ hint: expect.stringContaining('`onnx`') }),
      );
    },
  );
});
