import { defineEstimate } from '../src/kind/estimate.ts';
import { imageSize } from '../src/learn/data/dataset.ts';
import { expectedData } from '../src/learn/data/expected.ts';

/** Bytes of pixels that are read, or chosen and written, in a second. Not measured: about that of CIFAR-10 on one core. */
const bytesPerSecond = 2e8;
/** Seconds to decode and resize an image of a folder. Not measured: about that of a JPEG of ImageNet on one core. */
const decoding = 0.01;

/** The parameters of all of a set. */
const everything = { train: 0, test: 0, validation: 0, 'per-class': 0, classes: [] };

export default defineEstimate<Readonly<Record<string, unknown>>>({
  like: ({ parameters: { seed: _, ...parameters } }) => parameters as Record<string, string>, // parameters are JSON
  async measure({ parameters }, { places }) {
    const cell = { id: 'data', kind: 'dataset', parameters, needs: {} };
    const data = expectedData(cell, places);
    const images = data.train + data.validation + data.test;
    const bytes = images * imageSize(data);
    const isFolder = parameters.name === 'image-folder';
    // A published set is read as a whole, also if only a part of it is used. Of a folder, only that part is decoded.
    const whole = expectedData({ ...cell, parameters: { ...parameters, ...everything } }, places);
    const read = isFolder ? 0 : (whole.train + whole.test) * imageSize(whole);
    return {
      seconds: (read + bytes) / bytesPerSecond + (isFolder ? images * decoding : 0),
      spent: 0,
      flops: 0,
      memory: read + 2 * bytes,
      disk: bytes,
    };
  },
});
