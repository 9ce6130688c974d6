import type { Dataset } from './dataset.ts';
import { badFile, readBytes } from './files.ts';

/** The array of bytes in an IDX file, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads an IDX file of bytes (the format of MNIST, http://yann.lecun.com/exdb/mnist/), with or without gzip: two
 * zeros, the type (8 is unsigned byte), the number of dimensions, each size as a big-endian 32-bit number, the data.
 *
 * @throws Failure `bad-data-file`, `no-such-file`
 */
export async function readIdx(path: string): Promise<IdxArray> {
  const bytes = await readBytes(path);
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) throw badFile(path, 'is not an IDX file');
  const [, , type = 0, dimensions = 0] = bytes;
  if (type !== 8) throw badFile(path, `holds IDX type ${type}; only 8, unsigned bytes, is known`);
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) throw badFile(path, `has ${bytes.length} bytes and ends inside its header`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, start);
  const shape = Array.from({ length: dimensions }, (_, k) => header.getUint32(4 + 4 * k));
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - start !== size) {
    throw badFile(
      path,
      `has ${bytes.length} bytes instead of ${start + size} (${shape.join(' × ')} after the header)`,
    );
  }
  return { shape, data: bytes.subarray(start) };
}

/**
 * Reads images [count, height, width] and labels [count] from two IDX files, as a data set with one channel.
 *
 * @param records expected number; undefined: any
 * @throws Failure `bad-data-file` if the files do not fit together or a label is not a class; `no-such-file`
 */
export async function readIdxDataset(
  paths: { readonly images: string; readonly labels: string },
  classes: readonly string[],
  records?: number,
): Promise<Dataset> {
  const images = await readIdx(paths.images);
  const [count = 0, height = 0, width = 0] = images.shape;
  if (images.shape.length !== 3) {
    throw badFile(paths.images, `has ${images.shape.length} dimensions instead of 3 (images, rows, columns)`);
  }
  if (records !== undefined && count !== records) {
    throw badFile(paths.images, `has ${count} images instead of ${records}`);
  }
  const labels = await readIdx(paths.labels);
  if (labels.shape.length !== 1) {
    throw badFile(paths.labels, `has ${labels.shape.length} dimensions instead of 1`);
  }
  if (labels.data.length !== count) {
    throw badFile(
      paths.labels,
      `has ${labels.data.length} labels for the ${count} images of ${paths.images}`,
    );
  }
  const unknown = labels.data.find((label) => label >= classes.length);
  if (unknown !== undefined) {
    throw badFile(paths.labels, `has label ${unknown}; ${classes.length - 1} is the last`);
  }
  return { images: images.data, labels: Int32Array.from(labels.data), shape: [height, width, 1], classes };
}
