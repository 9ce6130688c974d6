import type { Digest, Fingerprint } from '../cache/digest.ts';

/** The outcome of a cell. Without a fingerprint if its inputs were never made. */
export type Outcome =
  | { readonly state: 'executed' | 'cached'; readonly fingerprint: Fingerprint; readonly artifact: Digest }
  | {
      readonly state: 'failed' | 'skipped';
      readonly fingerprint?: Fingerprint;
      readonly artifact?: undefined;
    };
