import type { Digest, Fingerprint } from '../cache/digest.ts';

/** The outcome of a cell. Without a fingerprint if its inputs were never made. */
export type Outcome =
  | { readonly state: 'executed' | 'cached'; readonly fingerprint: Fingerprint; readonly artifact: Digest }
  | {
      /** `left-out` and `diverged`: a sweep goes on without it. */
      readonly state: 'failed' | 'skipped' | 'left-out' | 'diverged';
      readonly fingerprint?: Fingerprint;
      readonly artifact?: undefined;
    };
