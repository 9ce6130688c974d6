import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GPU_WHEELS } from '../../src/cli/tensorflow/gpu-wheels.ts';
import { installTensorflow } from '../../src/cli/tensorflow/install.ts';
import { sourcesFor } from '../../src/cli/tensorflow/sources.ts';
import { engineIdentity, installedEngine } from '../../src/engine/identity.ts';
import { enginesFolder, MANIFEST, readInstallation } from '../../src/engine/tensorflow/installation.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'retable-install-'));
  vi.stubEnv('RETABLE_ENGINES', path.join(folder, 'engines'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const install = (options: { gpu?: boolean; library?: string; replace?: boolean } = {}) =>
  installTensorflow({ gpu: false, replace: false, say: () => {}, ...options });

/** A folder of programs that becomes the whole PATH: those of this machine that are named, and empty scripts. */
function onlyPrograms(real: readonly string[], scripts: Readonly<Record<string, string>> = {}): void {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  for (const name of real) symlinkSync(name, path.join(bin, path.basename(name)));
  vi.stubEnv('PATH', bin);
}

/** An installation, as far as its identity is read. */
function pretend(device: string, tensorflow = '2.21.0'): void {
  const to = path.join(enginesFolder(), 'tensorflow');
  mkdirSync(to, { recursive: true });
  writeFileSync(path.join(to, MANIFEST), JSON.stringify({ tensorflow, binding: '4.22.0', device }));
}

describe('where engines are installed', () => {
  test('is a folder of the user, or the one that a variable names', () => {
    expect(enginesFolder({ XDG_DATA_HOME: '/data' })).toBe('/data/retable/engines');
    expect(enginesFolder({ XDG_DATA_HOME: '/data', RETABLE_ENGINES: '/shared' })).toBe('/shared');
    expect(enginesFolder({})).toMatch(/\/\.local\/share\/retable\/engines$/);
  });
});

describe('an installation that fails', () => {
  test('without Python says so, and what to install', async () => {
    onlyPrograms([]);
    await expect(install()).rejects.toMatchObject({
      reason: 'installation-failed',
      message: expect.stringContaining('downloading the library (pip)'),
      hint: expect.stringContaining('Install Python 3'),
    });
    expect(readInstallation()).toBeUndefined();
  });

  test('because pip fails gives the last words of pip, and another way', async () => {
    const script = 'case "$*" in *--version) exit 0;; esac\necho "ERROR: No route to the index"; exit 1';
    onlyPrograms([], { python3: script });
    await expect(install()).rejects.toMatchObject({
      message: expect.stringContaining('ERROR: No route to the index'),
      hint: expect.stringContaining('--library DIR'),
    });
  });

  test('because a downloaded file is not the published one deletes it, so that the next try fetches it anew', async () => {
    const [wheel] = sourcesFor(false).wheels;
    const script = `case "$*" in *--version) exit 0;; esac
      for last; do :; done; echo wrong > "$last/${wheel?.file}"`;
    onlyPrograms([], { python3: script, npm: 'exit 0' });
    await expect(install()).rejects.toMatchObject({
      message: expect.stringContaining('does not have the published SHA-256 digest'),
      details: { step: 'checking digests' },
    });
    expect(readdirSync(path.join(enginesFolder(), 'tensorflow.downloads'))).not.toContain(wheel?.file);
  });

  test('because the folder of --library lacks a file names it and where it comes from', async () => {
    await expect(install({ library: folder })).rejects.toMatchObject({
      message: expect.stringContaining(path.join(folder, 'tensorflow_cpu-2.21.0-')),
      hint: expect.stringContaining('tensorflow-cpu 2.21.0 from PyPI'),
    });
  });

  test('because the folder cannot be made says which variable names another', async () => {
    writeFileSync(path.join(folder, 'engines'), 'a file');
    await expect(install()).rejects.toMatchObject({
      reason: 'not-a-folder',
      hint: expect.stringContaining('RETABLE_ENGINES'),
    });
  });

  test('on another system says that there is no library for it', () => {
    expect(() => sourcesFor(false, 'darwin', 'arm64')).toThrow('not for darwin on arm64');
  });
});

describe('an installation that is there', () => {
  test('is not made again', async () => {
    pretend('cpu');
    expect(await install()).toBe(false);
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
});

test('the digests of all files are known', () => {
  for (const { sha256 } of [...GPU_WHEELS, ...sourcesFor(false, 'linux', 'x64').wheels]) {
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});
