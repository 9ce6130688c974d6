import {
  bitsOf,
  countOf,
  type Dtype,
  type EncodedTensor,
  longestHeader,
  type SafeTensor,
  type Safetensors,
} from './format.ts';

/** The problem with a file. It is converted to a Failure where the name of the file is known. */
export class Malformed extends Error {}

/**
 * The tensors of a file. They are views of `bytes` if the alignment allows it, otherwise copies. Types that are not
 * used here remain bytes.
 * @throws Malformed
 */
export function decode(bytes: Uint8Array): Safetensors {
  if (bytes.length < 8)
    throw new Malformed(`it has ${bytes.length} bytes and ends inside the length of the header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > longestHeader) throw new Malformed(`its header would be ${length} bytes long`);
  if (length > bytes.length - 8) {
    throw new Malformed(`its header is ${length} bytes long, but only ${bytes.length - 8} follow`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + length));
  const data = bytes.subarray(8 + length);
  let metadata: Record<string, string> = {};
  const placed: (Place & { name: string })[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = parseMetadata(value);
    else placed.push({ name, ...parsePlace(name, value) });
  }
  // For equal offsets, empty tensors first: each tensor must start where the previous one ended.
  placed.sort((a, b) => a.start - b.start || a.end - b.end);
  let end = 0;
  for (const place of placed) {
    if (place.start !== end) {
      throw new Malformed(
        `tensor "${place.name}" starts at byte ${place.start} of the data instead of ${end}`,
      );
    }
    end = place.end;
  }
  if (end !== data.length) throw new Malformed(`its tensors take ${end} bytes, but ${data.length} are there`);
  const tensors = Object.fromEntries(placed.map((place) => [place.name, view(place, data)]));
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Malformed('its header is not JSON');
  }
  if (!isRecord(header)) throw new Malformed('its header is not a JSON object');
  return header;
}

function parseMetadata(value: unknown): Record<string, string> {
  if (!isRecord(value)) throw new Malformed('__metadata__ is not an object');
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== 'string')
      throw new Malformed(`__metadata__ has a value that is no string, at "${key}"`);
    return [key, text];
  });
  return Object.fromEntries(entries);
}

interface Place {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function parsePlace(name: string, value: unknown): Place {
  if (!isRecord(value)) throw new Malformed(`tensor "${name}" is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    throw new Malformed(`tensor "${name}" has type ${JSON.stringify(dtype)}, which the format does not have`);
  }
  if (!isSizes(shape)) throw new Malformed(`tensor "${name}" has a shape that is no list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2)
    throw new Malformed(`tensor "${name}" has no two data_offsets`);
  const [start = 0, end = 0] = offsets;
  const size = (countOf(shape) * bitsOf[dtype]) / 8;
  if (end - start !== size) {
    throw new Malformed(
      `tensor "${name}" of shape [${shape.join(', ')}] needs ${size} bytes and has ${end - start}`,
    );
  }
  return { dtype, shape, start, end };
}

function view({ dtype, shape, start, end }: Place, data: Uint8Array): SafeTensor | EncodedTensor {
  if (dtype !== 'F32' && dtype !== 'I32' && dtype !== 'I64') {
    return { dtype, shape, data: data.subarray(start, end) };
  }
  // Data in files of other programs may not be aligned; a copy is.
  const aligned = (data.byteOffset + start) % (bitsOf[dtype] / 8) === 0;
  const bytes = aligned ? data.subarray(start, end) : data.slice(start, end);
  const parts = [bytes.buffer, bytes.byteOffset, countOf(shape)] as const;
  if (dtype === 'F32') return { dtype, shape, data: new Float32Array(...parts) };
  if (dtype === 'I32') return { dtype, shape, data: new Int32Array(...parts) };
  return { dtype, shape, data: new BigInt64Array(...parts) };
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(bitsOf, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
