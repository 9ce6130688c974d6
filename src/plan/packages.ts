import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { Failure } from '../failure.ts';

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifests = new Map<string, Promise<{ folder: string; manifest: Manifest } | undefined>>();

/**
 * The installed versions of packages and all their dependencies, found where Node will load them.
 * @param imports import specifiers, such as `@tensorflow/tfjs/dist/x.js`
 * @param from folder to search from: its `node_modules` and those of its parents
 * @returns versions by name, and the files that they were read from
 * @throws Failure `package-missing`
 */
export async function installedVersions(
  imports: readonly string[],
  from: string,
): Promise<{ versions: Record<string, string>; manifests: string[] }> {
  const found: Found = { versions: new Map(), manifests: new Set() };
  const names = new Set(imports.map(packageName).filter((name) => name !== undefined));
  for (const name of names) {
    if (!(await collect(name, from, found))) {
      throw new Failure('package-missing', `The package ${name} is imported but not installed.`, {
        hint: 'Run `npm ci` (or `npm install`) in the project.',
      });
    }
  }
  const sorted = [...found.versions].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    versions: Object.fromEntries(sorted.map(([name, versions]) => [name, [...versions].sort().join(' ')])),
    manifests: [...found.manifests],
  };
}

interface Found {
  readonly versions: Map<string, Set<string>>;
  readonly manifests: Set<string>;
}

/** `@scope/name/file` → `@scope/name`; undefined for Node's own modules. */
function packageName(specifier: string): string | undefined {
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

async function collect(name: string, from: string, found: Found): Promise<boolean> {
  const installed = await installedPackage(name, from);
  if (!installed) return false;
  const version = installed.manifest.version ?? 'unknown';
  found.manifests.add(join(installed.folder, 'package.json'));
  const versions = found.versions.get(name) ?? new Set();
  if (versions.has(version)) return true;
  found.versions.set(name, versions.add(version));
  for (const dependency of Object.keys(installed.manifest.dependencies ?? {})) {
    await collect(dependency, installed.folder, found);
  }
  return true;
}

/** Looks in `node_modules` of a folder and of its parents, as Node does. */
async function installedPackage(name: string, from: string) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    const read = manifests.get(candidate) ?? readManifest(candidate);
    manifests.set(candidate, read);
    const manifest = await read;
    if (manifest) return manifest;
    if (folder === dirname(folder)) return undefined;
  }
}

async function readManifest(folder: string) {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { folder, manifest: JSON.parse(text) as Manifest };
}
