import { zlibSync } from 'fflate';

/** An image with three bytes for each pixel, row by row. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/**
 * A PNG file (https://www.w3.org/TR/png-3/). It is compressed in JavaScript: the zlib of Node.js and that of sharp give
 * other bytes with other versions and processors.
 *
 * @param dotsPerInch printed size of the pixels, if it should be in the file
 */
export function encodePng({ width, height, rgb }: Pixels, dotsPerInch?: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits of a sample
  header.setUint8(9, 2); // red, green, blue
  const parts = [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), chunk('IHDR', bytes(header))];
  if (dotsPerInch !== undefined) {
    const density = new DataView(new ArrayBuffer(9));
    const dotsPerMetre = Math.round(dotsPerInch / 0.0254);
    density.setUint32(0, dotsPerMetre);
    density.setUint32(4, dotsPerMetre);
    density.setUint8(8, 1); // the unit is the metre
    parts.push(chunk('pHYs', bytes(density)));
  }
  parts.push(
    chunk('IDAT', zlibSync(filtered(width, height, rgb), { level: 6 })),
    chunk('IEND', new Uint8Array()),
  );
  return Buffer.concat(parts);
}

/** Each row after the number of its filter: 2, the difference from the row above, which is mostly zero here. */
function filtered(width: number, height: number, rgb: Uint8Array): Uint8Array {
  const row = width * 3;
  const out = new Uint8Array(height * (row + 1));
  for (let y = 0; y < height; y++) {
    const start = y * (row + 1) + 1;
    out[start - 1] = 2;
    for (let i = 0; i < row; i++) {
      const above = y === 0 ? 0 : (rgb[(y - 1) * row + i] ?? 0);
      out[start + i] = (rgb[y * row + i] ?? 0) - above;
    }
  }
  return out;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(Buffer.from(type, 'latin1'), 4);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc32(out.subarray(4, data.length + 8)));
  return out;
}

function bytes(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** The check sum of PNG. Node.js has one only from 20.15. */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
