import type { Problem } from '../../kind/kind.ts';
import { oneOf } from '../parameter-schemas.ts';

// Loaded by every plan: import nothing heavy here, except types.

/** How the images of a data set are stored. */
export type Store = 'auto' | 'decoded' | 'encoded';

export const storeParameter = oneOf<Store>(['auto', 'decoded', 'encoded'], {
  default: 'auto',
  description:
    'How images are stored. decoded: as pixels; each cell reads a part as a whole, which may have 2 GiB. encoded: the files of an image-folder as they are, in shards; cells read and decode a few batches at a time, so the size is not limited by memory. auto: encoded for an image-folder of more than 1 GiB of pixels, otherwise decoded.',
});

export function storeProblems({ name, store }: { readonly name: string; readonly store: Store }): Problem[] {
  if (store !== 'encoded' || name === 'image-folder') return [];
  return [
    {
      parameter: 'store',
      message: `'store' is encoded, but the images of ${name} are not image files`,
      hint: 'leave it out: they fit in memory',
    },
  ];
}
