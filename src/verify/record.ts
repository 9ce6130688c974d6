import type { Digest, Fingerprint } from '../cache/digest.ts';
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

/** A basis as it may be published: with secret parameters, and digests of secret environment variables, hidden. */
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
  return { ...basis, parameters, sources };
}

/** Whether something in a published basis is hidden, so that its fingerprint cannot be computed from it. */
export function hidesSecrets({ parameters, sources }: KeptBasis): boolean {
  return JSON.stringify([parameters, sources]).includes(`"${HIDDEN}"`);
}
