import type { Digest, Fingerprint } from '../cache/digest.ts';

/** How a cell came out. The fingerprint is missing where its inputs never came to be. */
export type Outcome =
  | { readonly state: 'executed' | 'cached'; readonly fingerprint: Fingerprint; readonly artifact: Digest }
  | {
      readonly state: 'failed' | 'skipped';
      readonly fingerprint?: Fingerprint;
      readonly artifact?: undefined;
    };
