import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { writing } from '../../weights/disk-full.ts';
import { shardFile } from './shard-index.ts';

/** Writes bytes to one shard after the other. */
export class ShardFiles {
  readonly #folder: string;
  readonly #most: number;
  #file: FileHandle | undefined;
  #shard = -1;
  #size = 0;

  /**
   * @param folder exists
   * @param most bytes of a shard, at most 2³¹ - 1; what is longer gets a shard of its own
   */
  constructor(folder: string, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /** @throws Failure `disk-full` */
  async append(bytes: Uint8Array): Promise<{ readonly shard: number; readonly offset: number }> {
    const file = this.#file && this.#size + bytes.length <= this.#most ? this.#file : await this.#next();
    const place = { shard: this.#shard, offset: this.#size };
    await writing(this.#path(), () => file.writeFile(bytes));
    this.#size += bytes.length;
    return place;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #next(): Promise<FileHandle> {
    await this.close();
    this.#shard += 1;
    this.#size = 0;
    this.#file = await open(this.#path(), 'w');
    return this.#file;
  }

  #path(): string {
    return join(this.#folder, shardFile(this.#shard));
  }
}
