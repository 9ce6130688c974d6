// Loaded by every plan: import nothing heavy here.

/**
 * The parts of a data set. Each is a separate file, so that a cell depends only on the parts that it reads. The
 * validation part is optional.
 */
export const PARTS = ['train', 'validation', 'test'] as const;
export type Part = (typeof PARTS)[number];

/** Name of the file that contains a part. */
export function partFile(part: Part): string {
  return `${part}.safetensors`;
}

/** The folder that contains a part in shards, instead of its file. */
export function shardFolder(part: Part): string {
  return `${part}/`;
}

/** Whether a data set of these files has a part in shards. */
export function isSharded(files: readonly string[], part: Part): boolean {
  return files.some((name) => name.startsWith(shardFolder(part)));
}

/** Whether a data set of these files has a part. */
export function hasPart(files: readonly string[], part: Part): boolean {
  return files.includes(partFile(part)) || isSharded(files, part);
}

/**
 * The files and folders that contain these parts and what all parts have in common. A kind that uses only these parts
 * lists them in `reads`.
 */
export function partFiles(...parts: readonly Part[]): string[] {
  return ['dataset.json', ...parts.flatMap((part) => [partFile(part), shardFolder(part)])];
}
