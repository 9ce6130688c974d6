import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../../cache/digest.ts';
import { findProgram, runProgram, StepFailed } from './program.ts';
import type { Source } from './source.ts';
import { PYTHON_VERSION, type Sources } from './sources.ts';

const OR_LIBRARY = 'or bring the files in a folder with --library DIR';

/** Python, for pip and for unpacking wheels. @throws StepFailed */
export async function findPython(): Promise<readonly string[]> {
  const python = await findProgram([['python3'], ['python']]);
  if (python) return python;
  throw new StepFailed('Python is not installed.', 'Install Python 3 (Debian: python3 and python3-pip).');
}

/**
 * Downloads the wheels with pip, so that the user's mirror, proxy and cache are used. pip keeps files that are there
 * already, and checks the digests.
 * @throws StepFailed
 */
export async function fetchWheels({ wheels, platforms }: Sources, folder: string): Promise<void> {
  if (wheels.every(({ file }) => existsSync(join(folder, file)))) return;
  const pip = [...(await findPython()), '-m', 'pip'];
  if (!(await findProgram([pip]))) {
    throw new StepFailed('Python has no pip.', `Install pip (Debian: python3-pip), ${OR_LIBRARY}.`);
  }
  const requirements = join(folder, 'requirements.txt');
  const lines = wheels.map((wheel) => `${wheel.package}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  await writeFile(requirements, lines.join(''));
  await runProgram(
    pip,
    [
      ...['download', '--no-deps', '--only-binary=:all:', '--require-hashes', '--disable-pip-version-check'],
      ...['--implementation', 'cp', '--python-version', PYTHON_VERSION],
      ...platforms.flatMap((platform) => ['--platform', platform]),
      ...['--requirement', requirements, '--dest', folder],
    ],
    { hint: `Check that pip reaches its package index, and that there is space, ${OR_LIBRARY}.` },
  );
}

/** Downloads a package with npm. @throws StepFailed */
export async function fetchPackage(source: Source, folder: string): Promise<void> {
  if (existsSync(join(folder, source.file))) return;
  const args = ['pack', `${source.package}@${source.version}`, '--silent', '--pack-destination', folder];
  await runProgram(['npm'], args, { hint: `Check that npm reaches its registry, ${OR_LIBRARY}.` });
}

/**
 * The path of a file, once its digest is checked.
 * @param downloaded whether a wrong file may be deleted, so that the next try fetches it anew
 * @throws StepFailed
 */
export async function checked(source: Source, folder: string, downloaded: boolean): Promise<string> {
  const path = join(folder, source.file);
  if (!existsSync(path)) {
    throw new StepFailed(`${path} does not exist.`, `Put ${source.file} (${origin(source)}) there.`);
  }
  if ((await hashFile(path)) === source.sha256) return path;
  if (downloaded) await rm(path);
  throw new StepFailed(
    `${path} does not have the published SHA-256 digest, ${source.sha256}.`,
    downloaded
      ? 'It is deleted: what the index or a proxy gave is not the published file.'
      : `Replace it by the published file (${origin(source)}).`,
  );
}

function origin(source: Source): string {
  return `${source.package} ${source.version} from ${source.file.endsWith('.whl') ? 'PyPI' : 'npm'}`;
}
