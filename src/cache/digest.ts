import { createHash, type Hash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import canonicalize from 'canonicalize';
import type { Json } from '../json.ts';

/** The SHA-256 of some bytes: 64 lower-case hexadecimal digits. Names files and artifacts. */
export type Digest = string & { readonly digestBrand: true };

/** The key of a cell: the SHA-256 of its manifest, 64 lower-case hexadecimal digits. */
export type Fingerprint = string & { readonly fingerprintBrand: true };

const chunkSize = 1 << 20;
const small = 1 << 18;
const hex64 = /^[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return hex64.test(text);
}

export function isFingerprint(text: string): text is Fingerprint {
  return hex64.test(text);
}

/** The digest of bytes, or of a text in UTF-8. */
export function sha256(data: string | Uint8Array): Digest {
  return finish(createHash('sha256').update(data));
}

/**
 * The digest of a file. Throws the file system's own error.
 * @param size its size in bytes, if known: a small file is read in one call, which is ten times faster
 */
export async function hashFile(path: string, size = Number.POSITIVE_INFINITY): Promise<Digest> {
  if (size <= small) return hashFileSync(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: chunkSize })) hash.update(chunk);
  return finish(hash);
}

/** The same, synchronously, for checks that cannot wait. */
export function hashFileSync(path: string): Digest {
  const descriptor = openSync(path, 'r');
  try {
    return hashDescriptor(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Shared by all calls, which hold the thread. A new one for each small file would keep the garbage collector busy. */
const buffer = Buffer.allocUnsafeSlow(chunkSize);

function hashDescriptor(descriptor: number): Digest {
  const hash = createHash('sha256');
  for (;;) {
    const length = readSync(descriptor, buffer, 0, chunkSize, null);
    if (length === 0) return finish(hash);
    hash.update(buffer.subarray(0, length));
  }
}

/** JSON in the one form that RFC 8785 allows: keys sorted, no spaces, numbers as ECMAScript prints them. */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('only JSON has a canonical form');
  return text;
}

function finish(hash: Hash): Digest {
  return hash.digest('hex') as Digest;
}
