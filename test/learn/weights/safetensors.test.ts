import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { bitsOf, countOf, type SafeTensor } from '../../../src/learn/weights/format.ts';
import { readTensors, writeTensors } from '../../../src/learn/weights/host-tensors.ts';
import { readSafetensors, writeSafetensors } from '../../../src/learn/weights/safetensors.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retable-weights-'));
  path = join(folder, 'file.safetensors');
});
afterAll(() => rm(folder, { recursive: true }));

const shapes = fc.array(fc.nat(4), { maxLength: 3 });
const tensor: fc.Arbitrary<SafeTensor> = shapes.chain((shape) => {
  const length = { minLength: countOf(shape), maxLength: countOf(shape) };
  return fc.oneof(
    fc.float32Array(length).map((data): SafeTensor => ({ dtype: 'F32', shape, data })),
    fc.int32Array(length).map((data): SafeTensor => ({ dtype: 'I32', shape, data })),
    fc.bigInt64Array(length).map((data): SafeTensor => ({ dtype: 'I64', shape, data })),
    fc.uint8Array(length).map((data): SafeTensor => ({ dtype: 'U8', shape, data })),
  );
});
const names = fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__');
const tensors = fc.dictionary(names, tensor, { maxKeys: 5, noNullPrototype: true });
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true });

const sample: Record<string, SafeTensor> = {
  kernel: { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, -2, 0.5, 3e-8, 7, 1 / 3) },
  labels: { dtype: 'I32', shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
  images: { dtype: 'U8', shape: [3, 1], data: Uint8Array.of(0, 128, 255) },
};

/** Asserts that reading gives a Failure of this kind, and returns its message. */
async function refusal(file = path): Promise<string> {
  const error = await readSafetensors(file).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({ reason: 'bad-safetensors', message: expect.stringContaining(file) });
  return error instanceof Failure ? error.message : '';
}

/** A file with this header before `data`. */
function file(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

describe('a safetensors file', () => {
  it('gives back what was written, down to the bits', async () => {
    await fc.assert(
      fc.asyncProperty(tensors, metadata, fc.boolean(), async (written, strings, durable) => {
        await writeSafetensors(path, written, strings, { durable });
        const read = await readSafetensors(path);
        expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(written).sort());
        for (const [name, { dtype, shape, data }] of Object.entries(written)) {
          const back = read.tensors[name];
          expect(back).toMatchObject({ dtype, shape });
          expect(back?.data.constructor).toBe(data.constructor);
          const { buffer = new ArrayBuffer(0), byteOffset, byteLength } = back?.data ?? {};
          expect(Buffer.from(buffer, byteOffset, byteLength)).toEqual(
            Buffer.from(data.buffer, data.byteOffset, data.byteLength),
          );
        }
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(strings).sort());
      }),
      { numRuns: 60 },
    );
  });

  it('has the layout of the format', async () => {
    await writeSafetensors(path, { b: sample.labels, a: sample.images } as Record<string, SafeTensor>, {
      epoch: '3',
    });
    const bytes = await readFile(path);
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    expect(
      bytes
        .subarray(8, 8 + length)
        .toString()
        .trimEnd(),
    ).toBe(
      '{"__metadata__":{"epoch":"3"},"b":{"dtype":"I32","shape":[2],"data_offsets":[0,8]},' +
        '"a":{"dtype":"U8","shape":[3,1],"data_offsets":[8,11]}}',
    );
    expect([...bytes.subarray(8 + length)]).toEqual([255, 255, 255, 255, 255, 255, 255, 127, 0, 128, 255]);
  });

  it('has the same bytes whatever the order of the tensors', async () => {
    await writeSafetensors(path, sample, { a: '1', b: '2' });
    const first = await readFile(path);
    await writeSafetensors(path, Object.fromEntries(Object.entries(sample).reverse()), { b: '2', a: '1' });
    expect(await readFile(path)).toEqual(first);
  });

  it('leaves no other file behind', async () => {
    await writeSafetensors(path, sample);
    expect(await readdir(folder)).toEqual(['file.safetensors']);
  });

  it('is refused when written with a shape that is not that of the data, and the old file stays', async () => {
    await writeSafetensors(path, sample);
    const before = await readFile(path);
    const wrong: SafeTensor = { dtype: 'F32', shape: [2], data: new Float32Array(3) };
    await expect(writeSafetensors(path, { wrong })).rejects.toThrow(RangeError);
    expect(await readFile(path)).toEqual(before);
  });

  it('is refused wherever it is cut off, and when something follows', async () => {
    await writeSafetensors(path, sample, { note: 'x' });
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length));
      await refusal();
    }
    await writeFile(path, Buffer.concat([whole, Buffer.of(0)]));
    expect(await refusal()).toContain('its tensors take 35 bytes, but 36 are there');
  });

  it('is refused or read as tensors that are sound, whatever happens to its bytes', async () => {
    await writeSafetensors(path, sample, { note: 'x' });
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        await writeFile(path, damaged);
        try {
          const read = await readSafetensors(path);
          for (const { dtype, shape, data } of Object.values(read.tensors))
            expect(data.byteLength * 8).toBe(countOf(shape) * bitsOf[dtype]);
        } catch (error) {
          expect(error).toMatchObject({ reason: 'bad-safetensors' });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is refused when it is random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        await writeFile(path, file(bytes));
        await refusal();
      }),
      { numRuns: 50 },
    );
  });

  const u8 = (start: number, end: number, shape = [end - start]) => ({
    dtype: 'U8',
    shape,
    data_offsets: [start, end],
  });
  it.each([
    ['a list', [], 'not a JSON object'],
    ['an overlap', { a: u8(0, 3), b: u8(2, 4) }, 'tensor "b" starts at byte 2 of the data instead of 3'],
    ['a hole', { a: u8(0, 1), b: u8(2, 4) }, 'tensor "b" starts at byte 2 of the data instead of 1'],
    ['data past the end', { a: u8(0, 5) }, 'its tensors take 5 bytes, but 4 are there'],
    ['too few bytes for its shape', { a: u8(0, 4, [5]) }, 'shape [5] needs 5 bytes and has 4'],
    ['too many bytes for its shape', { a: u8(0, 4, [3]) }, 'shape [3] needs 3 bytes and has 4'],
    ['offsets the wrong way round', { a: u8(4, 0, [4]) }, 'needs 4 bytes and has -4'],
    ['a negative size', { a: u8(0, 4, [-2, -2]) }, 'no list of sizes'],
    ['a huge size', { a: u8(0, 4, [2 ** 52, 2 ** 52]) }, 'needs'],
    ['another type', { a: { ...u8(0, 4), dtype: 'F128' } }, 'has type "F128"'],
    ['a type that is a property of all objects', { a: { ...u8(0, 4), dtype: 'toString' } }, '"toString"'],
    ['numbers that do not fill whole bytes', { a: { ...u8(0, 1, [3]), dtype: 'F4' } }, 'needs 1.5 bytes'],
    ['too few bytes for its type', { a: { ...u8(0, 4), dtype: 'F16' } }, 'shape [4] needs 8 bytes and has 4'],
    ['no type', { a: { shape: [4], data_offsets: [0, 4] } }, 'has type undefined'],
    ['three offsets', { a: { ...u8(0, 4), data_offsets: [0, 2, 4] } }, 'no two data_offsets'],
    ['a tensor that is null', { a: null }, 'not described by an object'],
    ['metadata with a number', { __metadata__: { epoch: 3 }, a: u8(0, 4) }, 'no string, at "epoch"'],
  ])('is refused when its header has %s', async (_, header, message) => {
    await writeFile(path, file(JSON.stringify(header), Buffer.alloc(4)));
    expect(await refusal()).toContain(message);
  });

  it('of another program is read where its data is not aligned', async () => {
    const data = Buffer.alloc(9);
    data.writeUInt8(7, 0);
    data.writeFloatLE(1.5, 1);
    data.writeInt32LE(-9, 5);
    const header = {
      a: u8(0, 1),
      b: { dtype: 'F32', shape: [], data_offsets: [1, 5] },
      c: { dtype: 'I32', shape: [1], data_offsets: [5, 9] },
    };
    for (const padding of ['', ' ', '  ', '   ']) {
      await writeFile(path, file(JSON.stringify(header) + padding, data));
      const { tensors: read } = await readSafetensors(path);
      expect(read.b?.data).toEqual(Float32Array.of(1.5));
      expect(read.c?.data).toEqual(Int32Array.of(-9));
    }
  });

  it('of another program may have every type of the format', async () => {
    const { tensors: read } = await readSafetensors(join(import.meta.dirname, 'number-types.safetensors'));
    const { 'an empty F16': empty, ...others } = read;
    expect(empty).toMatchObject({ dtype: 'F16', shape: [0, 3] });
    for (const [name, { dtype }] of Object.entries(others)) expect(dtype).toBe(name);
    const rare = ['F6_E2M3', 'F6_E3M2'];
    expect(Object.keys(others).sort()).toEqual(
      Object.keys(bitsOf)
        .filter((type) => !rare.includes(type))
        .sort(),
    );
    expect(read.BOOL).toEqual({ dtype: 'BOOL', shape: [1, 3], data: Uint8Array.of(1, 0, 1) });
    expect(read.I64?.data).toEqual(BigInt64Array.of(1n, 2n, 100n));
  });

  it.each([
    [
      'a pickle of PyTorch',
      Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e', 'hex'),
      'PyTorch pickle',
    ],
    [
      'a pickle of PyTorch 1.6 or later',
      Buffer.from(`504b0304000008080000${'00'.repeat(16)}0c0016007a69702f646174612e706b6c4642`, 'hex'),
      'PyTorch pickle',
    ],
    ['another ZIP archive', Buffer.from(`PK\x03\x04\x14${'\0'.repeat(21)}\x05\0\0\0a.npy`), 'ZIP archive'],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'),
      '`git lfs pull`',
    ],
    [
      'an HTML page',
      Buffer.from('\n<!DOCTYPE html>\n<html lang="en"><title>Sign in</title>'),
      'login or error page',
    ],
    ['an HTML page after a comment', Buffer.from('\uFEFF<!-- 404 -->\n<HTML><BODY>'), 'an HTML page'],
  ])('that is %s is named for what it is', async (_, bytes, words) => {
    await writeFile(path, bytes);
    const error = await readSafetensors(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'bad-safetensors', message: expect.stringContaining(path) });
    if (!(error instanceof Failure)) return;
    expect(`${error.message} ${error.hint}`).toContain(words);
    expect(error.hint).not.toContain('damaged');
  });

  it('of more than 2 GiB is called too large, on the way out and on the way in', async () => {
    const path = join(folder, 'large.safetensors');
    // Zeros that nobody writes take no memory, nor do holes of a file a disk.
    const data = new Uint8Array(2 ** 31);
    const images: SafeTensor = { dtype: 'U8', shape: [data.length], data };
    await expect(writeSafetensors(path, { images })).rejects.toMatchObject({ reason: 'too-large' });
    await writeFile(path, '');
    await truncate(path, 2 ** 31);
    await expect(readSafetensors(path)).rejects.toMatchObject({ reason: 'too-large' });
  });

  it('that is not there is called so', async () => {
    await expect(readSafetensors(join(folder, 'none'))).rejects.toMatchObject({ reason: 'no-such-file' });
  });
});

describe('tensors of an engine', () => {
  it('come back as they were', async () => {
    const parameters = {
      'conv/kernel': { shape: [1, 2], data: Float32Array.of(0.1, -0) },
      step: { shape: [], data: Int32Array.of(12) },
    };
    await writeTensors(path, parameters, { net: 'resnet-8-w8' }, { durable: true });
    expect(await readTensors(path)).toEqual({ tensors: parameters, metadata: { net: 'resnet-8-w8' } });
  });

  it('are not read from bytes or integers of 64 bits', async () => {
    await writeSafetensors(path, sample);
    await expect(readTensors(path)).rejects.toMatchObject({ reason: 'bad-safetensors' });
    await writeSafetensors(path, {
      steps: { dtype: 'I64', shape: [1], data: BigInt64Array.of(-(2n ** 60n)) },
    });
    await expect(readTensors(path)).rejects.toMatchObject({
      reason: 'bad-safetensors',
      message: expect.stringContaining('"steps" is I64'),
    });
  });
});
