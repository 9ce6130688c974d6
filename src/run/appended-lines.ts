import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isMissing } from '../cache/disk-failure.ts';

interface ReadOptions {
  /** True if nothing will be appended any more; then a last line without a line end is read too. Default false. */
  readonly isEnded?: boolean;
  /** How many bytes are read at most. Default: all that there are. */
  readonly limit?: number;
}

/** Reads the lines of a file while others append to it. */
export class AppendedLines {
  readonly #path: string;
  /** How much of the file has been read, in bytes. */
  #position = 0;
  /** The start of a line whose end has not been read yet. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes that were read. */
  get position(): number {
    return this.#position;
  }

  /** The lines that were appended since the last call; none if there is no such file. */
  read({ isEnded = false, limit = Number.POSITIVE_INFINITY }: ReadOptions = {}): string[] {
    const text = this.#appended(limit);
    const end = isEnded ? text.length : text.lastIndexOf('\n') + 1;
    this.#rest = text.subarray(end);
    const lines = text.subarray(0, end).toString('utf8').split('\n');
    // What follows the last line end: empty, or a line that has none.
    if (lines.at(-1) === '') lines.pop();
    return lines;
  }

  #appended(limit: number): Buffer {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch (error) {
      if (isMissing(error)) return this.#rest;
      throw error;
    }
    try {
      const size = Math.min(fstatSync(file).size - this.#position, limit);
      if (size <= 0) return this.#rest;
      const buffer = Buffer.alloc(size);
      const length = readSync(file, buffer, 0, size, this.#position);
      this.#position += length;
      return Buffer.concat([this.#rest, buffer.subarray(0, length)]);
    } finally {
      closeSync(file);
    }
  }
}
