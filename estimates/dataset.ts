import { defineEstimate } from '../src/kind/estimate.ts';
import { imageSize } from '../src/learn/data/dataset.ts';
import { expectedData } from '../src/learn/data/expected.ts';

/** Bytes of pixels that are read, chosen and written in a second. Not measured: about that of CIFAR-10 on one core. */
const bytesPerSecond = 1e8;
/** Seconds to decode and resize an image of a folder. Not measured: about that of a JPEG of ImageNet on one core. */
const decoding = 0.01;

export default defineEstimate<Readonly<Record<string, unknown>>>({
  like: ({ parameters: { seed: _, ...parameters } }) => parameters as Record<string, string>, // parameters are JSON
  async measure({ parameters }, { places }) {
    const cell = { id: 'data', kind: 'dataset', parameters, needs: {} };
    const data = expectedData(cell, places);
    const images = data.train + data.validation + data.test;
    const bytes = images * imageSize(data);
    const perImage = parameters.name === 'image-folder' ? decoding : 0;
    return {
      seconds: bytes / bytesPerSecond + images * perImage,
      spent: 0,
      flops: 0,
      memory: 2 * bytes,
      disk: bytes,
    };
  },
});
