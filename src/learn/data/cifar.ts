import { cifar10Classes, cifar100Classes } from './cifar-classes.ts';
import type { Dataset } from './dataset.ts';
import { badFile, readBytes } from './files.ts';

/** A file of records, and how many it must have. */
export interface RecordFile {
  readonly path: string;
  readonly records: number;
}

const side = 32;
const plane = side * side;

/** Layouts of a record: bytes before the pixels, and which of them is the label (for CIFAR-100, the fine one). */
const layouts = {
  cifar10: { labelBytes: 1, classes: cifar10Classes },
  cifar100: { labelBytes: 2, classes: cifar100Classes },
} as const;

/**
 * Reads files of the binary version of CIFAR-10 or CIFAR-100 (https://www.cs.toronto.edu/~kriz/cifar.html), one after
 * the other. A record is 1 label byte, or a coarse and a fine label byte, then planes of red, green and blue, 32 × 32.
 *
 * @throws Failure `bad-data-file` for a file of another size or with a label that does not exist; `no-such-file`
 */
export async function readCifar(
  variant: keyof typeof layouts,
  files: readonly RecordFile[],
): Promise<Dataset> {
  const { labelBytes, classes } = layouts[variant];
  const recordBytes = labelBytes + 3 * plane;
  const total = files.reduce((sum, { records }) => sum + records, 0);
  const images = new Uint8Array(total * 3 * plane);
  const labels = new Int32Array(total);
  let index = 0;
  for (const { path, records } of files) {
    const bytes = await readBytes(path);
    if (bytes.length !== records * recordBytes) {
      throw badFile(
        path,
        `has ${bytes.length} bytes instead of ${records * recordBytes} (${records} records of ${recordBytes})`,
      );
    }
    for (let start = 0; start < bytes.length; start += recordBytes) {
      const label = bytes[start + labelBytes - 1] as number; // the size of the file was checked
      if (label >= classes.length) {
        throw badFile(
          path,
          `has label ${label} at byte ${start + labelBytes - 1}; ${classes.length - 1} is the last`,
        );
      }
      labels[index] = label;
      interleave(bytes.subarray(start + labelBytes, start + recordBytes), images, index * 3 * plane);
      index += 1;
    }
  }
  return { images, labels, shape: [side, side, 3], classes };
}

/** Converts planes of red, green and blue to pixels with three channels. */
function interleave(planes: Uint8Array, images: Uint8Array, at: number): void {
  for (let channel = 0; channel < 3; channel += 1) {
    for (let pixel = 0; pixel < plane; pixel += 1) {
      images[at + pixel * 3 + channel] = planes[channel * plane + pixel] as number;
    }
  }
}
