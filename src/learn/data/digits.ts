import { join } from 'node:path';
import { type Split, select } from './dataset.ts';
import { badFile, readBytes } from './files.ts';

/**
 * Path of the digits that come with retable.
 * @param home retable's own folder
 */
export function digitsPath(home: string): string {
  return join(home, 'data', 'digits', 'digits.csv.gz');
}

const rows = 1797;
const trainRows = 1437;
const pixels = 64;

/**
 * Handwritten digits, 8 × 8, one channel (`data/digits/README.md`). A pixel value x of 0 … 16 becomes the byte
 * x · 255 / 16, rounded half up, so 16 is 255 and 8 is 128. The first 1,437 rows are for training, the last 360 for testing.
 *
 * @throws Failure `bad-data-file`, naming the row; `no-such-file`
 */
export async function readDigits(path: string): Promise<Split> {
  const lines = new TextDecoder()
    .decode(await readBytes(path))
    .trimEnd()
    .split('\n');
  if (lines.length !== rows) throw badFile(path, `has ${lines.length} rows instead of ${rows}`);
  const images = new Uint8Array(rows * pixels);
  const labels = new Int32Array(rows);
  for (const [row, line] of lines.entries()) {
    const values = line.split(',');
    if (values.length !== pixels + 1) {
      throw badFile(path, `has ${values.length} values in row ${row + 1} instead of ${pixels + 1}`);
    }
    const label = wholeUpTo(9, values.pop());
    if (label === undefined) throw badFile(path, `has no label of 0 to 9 in row ${row + 1}`);
    labels[row] = label;
    for (const [column, text] of values.entries()) {
      const value = wholeUpTo(16, text);
      if (value === undefined) throw badFile(path, `has "${text}" in row ${row + 1} instead of 0 to 16`);
      images[row * pixels + column] = Math.round((value * 255) / 16);
    }
  }
  const classes = Array.from({ length: 10 }, (_, digit) => String(digit));
  const all = { images, labels, shape: [8, 8, 1] as const, classes };
  const order = Array.from({ length: rows }, (_, row) => row);
  return { train: select(all, order.slice(0, trainRows)), test: select(all, order.slice(trainRows)) };
}

function wholeUpTo(most: number, text: string | undefined): number | undefined {
  const match = /^\s*(\d{1,2})\s*$/.exec(text ?? '');
  const value = Number(match?.[1]);
  return value <= most ? value : undefined;
}
