import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { hashFile } from '../../cache/digest.ts';
import { installCommand } from '../../engine/tensorflow/installation.ts';
import { runProgram } from './program.ts';
import type { Source } from './source.ts';
import { PYTHON_VERSION, type Sources } from './sources.ts';
import { StepFailed } from './steps.ts';
import { type Command, OR_LIBRARY } from './tools.ts';

/** Each file is downloaded in a folder of its own, whose name begins so. */
const SCRATCH = '.download-';

interface FetchOptions {
  /** Where the files go. A file is there only when it is complete and its digest is right. */
  readonly folder: string;
  readonly python: Command;
  /** Is told of each file that is downloaded. */
  readonly say: (line: string) => void;
}

/**
 * Downloads the files that the folder lacks, one at a time, so that each that is complete is kept. pip and npm do it:
 * they know the user's mirrors and proxies. No other process may do the same for this folder.
 * @throws StepFailed
 */
export async function fetchSources(sources: Sources, { folder, python, say }: FetchOptions): Promise<void> {
  // Programs that a killed try has started may still write to its own folder, and to no other.
  await removeAll(folder, SCRATCH);
  for (const source of filesOf(sources)) {
    const path = join(folder, source.file);
    if (await isPublished(source, path)) continue;
    say(`  ${prettyBytes(source.bytes).padStart(9)}  ${source.package} ${source.version}`);
    const to = await mkdtemp(join(folder, SCRATCH));
    try {
      if (isWheel(source)) await fetchWheel(source, sources.platforms, python, to);
      else await fetchPackage(source, to);
      await check(source, join(to, source.file), 'Try again. A proxy or a mirror may have changed it.');
      await rename(join(to, source.file), path);
    } finally {
      await rm(to, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/** Those that a folder lacks, as far as names tell. */
export function missingFiles(sources: Sources, folder: string): Source[] {
  return filesOf(sources).filter(({ file }) => !existsSync(join(folder, file)));
}

/**
 * Checks that a folder of the user has all files, as they were published.
 * @throws StepFailed
 */
export async function checkLibrary(sources: Sources, folder: string): Promise<void> {
  const missing = missingFiles(sources, folder);
  if (missing.length > 0) {
    const others = (await readdir(folder).catch(() => [])).filter((name) => /tensorflow/.test(name));
    const found = others.filter((name) => !filesOf(sources).some(({ file }) => file === name));
    const instead = found.length > 0 ? ` These are other versions or builds: ${found.join(', ')}.` : '';
    throw new StepFailed(
      `${folder} lacks ${missing.map(({ file }) => file).join(', ')}.${instead}`,
      `On a machine with a network, collect the files with: ${installCommand(sources.device)} --download DIR.`,
    );
  }
  for (const source of filesOf(sources)) {
    const hint = `Copy it again, or collect the files again with: ${installCommand(sources.device)} --download DIR.`;
    await check(source, join(folder, source.file), hint);
  }
}

function filesOf({ wheels, packages }: Sources): readonly Source[] {
  return [...wheels, packages.binding, packages.headers];
}

function isWheel({ file }: Source): boolean {
  return file.endsWith('.whl');
}

/** pip downloads to the folder of temporary files and copies. That one may be on a small disk, so `to` is used for both. */
async function fetchWheel(
  source: Source,
  platforms: readonly string[],
  python: Command,
  to: string,
): Promise<void> {
  const requirements = join(to, 'requirements.txt');
  await writeFile(requirements, `${source.package}==${source.version} --hash=sha256:${source.sha256}\n`);
  await runProgram(
    python,
    [
      ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--require-hashes'],
      ...['--disable-pip-version-check', '--implementation', 'cp', '--python-version', PYTHON_VERSION],
      ...platforms.flatMap((platform) => ['--platform', platform]),
      ...['--requirement', requirements, '--dest', to],
    ],
    {
      hint: `Check that pip reaches its package index, and that there is space, ${OR_LIBRARY}.`,
      env: { TMPDIR: to },
    },
  );
}

/** npm needs a cache that it can write. A home may be read-only, so it gets one in `to`. */
async function fetchPackage(source: Source, to: string): Promise<void> {
  await runProgram(
    ['npm'],
    [
      ...['pack', `${source.package}@${source.version}`, '--loglevel', 'error'],
      ...['--pack-destination', to, '--cache', join(to, 'npm')],
    ],
    { hint: `Check that npm reaches its registry, and that there is space, ${OR_LIBRARY}.`, cwd: to },
  );
}

/** @throws StepFailed if there is no such file, or it is another one */
async function check(source: Source, path: string, hint: string): Promise<void> {
  if (await isPublished(source, path)) return;
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === undefined) throw new StepFailed(`${source.file} was not downloaded.`, hint);
  const why =
    size === source.bytes
      ? `it does not have the published SHA-256 digest, ${source.sha256}`
      : `it has ${size} bytes instead of ${source.bytes}`;
  throw new StepFailed(
    `${path} is not the published file of ${source.package} ${source.version}: ${why}.`,
    hint,
  );
}

/** Deletes what lies in a folder under names that begin so. */
export async function removeAll(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(prefix)) await rm(join(folder, name), { recursive: true, maxRetries: 5 });
  }
}

async function isPublished({ bytes, sha256 }: Source, path: string): Promise<boolean> {
  const size = (await stat(path).catch(() => undefined))?.size;
  return size === bytes && (await hashFile(path)) === sha256;
}
