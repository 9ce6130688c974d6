import { bitsOf, countOf, type SafeTensor } from './format.ts';

/**
 * The header of a file and the data after it. The same tensors and metadata give the same bytes: wider types first
 * (which aligns all data), then sorted by name.
 * @throws RangeError if the length of a tensor's data does not match its shape
 */
export function encode(
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array[] {
  const entries = Object.entries(tensors).sort(inFileOrder);
  const members: string[] = [];
  const strings = Object.entries(metadata).sort(([a], [b]) => compare(a, b));
  if (strings.length > 0) {
    const pairs = strings.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    members.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  let offset = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    if (name === '__metadata__') throw new RangeError('A tensor cannot be called __metadata__');
    if (countOf(shape) !== data.length) {
      throw new RangeError(`Tensor "${name}" has shape [${shape.join(', ')}] but ${data.length} numbers`);
    }
    const end = offset + data.byteLength;
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [offset, end] })}`);
    offset = end;
  }
  const json = Buffer.from(`{${members.join(',')}}`);
  // The format allows spaces after the JSON; they make the data start at a multiple of 8.
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  const parts = entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return [bytes, ...parts];
}

function inFileOrder([nameA, a]: [string, SafeTensor], [nameB, b]: [string, SafeTensor]): number {
  if (bitsOf[a.dtype] !== bitsOf[b.dtype]) return bitsOf[b.dtype] - bitsOf[a.dtype];
  return compare(nameA, nameB);
}

/** By code units, independent of the user's locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
