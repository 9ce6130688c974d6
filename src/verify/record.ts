import { canonicalJson, type Digest, type Fingerprint, sha256 } from '../cache/digest.ts';
import type { Json } from '../json.ts';
import { isSecretName, withoutSecrets } from '../pipeline/secrets.ts';
import type { KeptBasis } from '../plan/fingerprint.ts';

/** The results of a pipeline with one profile, as `record.json` has them. It contains no times, paths or secrets. */
export interface ResultsRecord {
  /** The version of retable that wrote it. */
  readonly retable: string;
  readonly pipeline: string;
  readonly profile: string | undefined;
  /** Parameters that `--set` changed from the profile. */
  readonly set: Readonly<Record<string, Json>>;
  /** Undefined if the project is not in a git repository. */
  readonly commit: Commit | undefined;
  /** In the order of the pipeline. */
  readonly cells: readonly RecordedCell[];
}

/** A commit of the project from which these results come. */
export interface Commit {
  readonly id: string;
  /** Whether there were changes that had not been committed. */
  readonly dirty: boolean;
}

export type RecordedCell = DoneCell | OpenCell;

export interface DoneCell {
  readonly id: string;
  readonly stage: string;
  readonly state: 'done';
  readonly fingerprint: Fingerprint;
  readonly artifact: Digest;
  readonly values: Readonly<Record<string, number>>;
  /** Names of its warnings, sorted. */
  readonly warnings: readonly string[];
  /** What its fingerprint was computed from, without secrets. */
  readonly basis: KeptBasis;
}

/** A cell without a result. */
export interface OpenCell {
  readonly id: string;
  readonly stage: string;
  /** `left-out`, `diverged`: a sweep goes on without it. `missing`: it has not run, or it failed. */
  readonly state: OpenState;
}

export const OPEN_STATES = ['missing', 'left-out', 'diverged'] as const;
export type OpenState = (typeof OPEN_STATES)[number];

const HIDDEN = '(hidden)';

/** A cell with more files from outside the cache than this has a digest for each of their folders. */
const MANY_SOURCES = 100;

/** A basis as it is recorded: without secrets, and with folders instead of very many files. */
export function publicBasis(basis: KeptBasis): KeptBasis {
  // Objects stay objects.
  const parameters = withoutSecrets(basis.parameters) as KeptBasis['parameters'];
  const sources = Object.fromEntries(
    Object.entries(basis.sources).map(([name, digest]) => [
      name,
      // A short secret can be guessed from its digest. Only names of variables begin with `$`.
      name.startsWith('$') && isSecretName(name) ? (HIDDEN as Digest) : digest,
    ]),
  );
  const isLong = Object.keys(sources).length > MANY_SOURCES;
  return { ...basis, parameters, sources: isLong ? byFolder(sources) : sources };
}

/** For each folder, named `photos/cats/*`, a digest of the names and digests of its files. */
function byFolder(sources: KeptBasis['sources']): KeptBasis['sources'] {
  const folders = new Map<string, [string, Digest][]>();
  for (const source of Object.entries(sources)) {
    const [name] = source;
    const folder = `${name.slice(0, name.lastIndexOf('/') + 1)}*`;
    const files = folders.get(folder) ?? [];
    folders.set(folder, files);
    files.push(source);
  }
  const digestOf = (files: [string, Digest][]) => sha256(canonicalJson(Object.fromEntries(files)));
  return Object.fromEntries([...folders].map(([folder, files]) => [folder, digestOf(files)]));
}

/** Whether a recorded basis is whole, so that its fingerprint can be computed from it. */
export function isWhole({ parameters, sources }: KeptBasis): boolean {
  if (Object.keys(sources).some((name) => name.endsWith('*'))) return false;
  return !JSON.stringify([parameters, sources]).includes(`"${HIDDEN}"`);
}
