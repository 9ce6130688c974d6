// Kinds read this when they are planned: nothing heavy may be imported here.

/**
 * The parts of a data set. Each is a file of its own, so that a cell depends on the parts that it reads alone. Not every
 * data set has a validation part.
 */
export const PARTS = ['train', 'validation', 'test'] as const;
export type Part = (typeof PARTS)[number];

/** The file of an artifact that holds a part. */
export function partFile(part: Part): string {
  return `${part}.safetensors`;
}

/** The files that hold these parts and what all parts have in common: what a kind that uses no other part `reads`. */
export function partFiles(...parts: readonly Part[]): string[] {
  return ['dataset.json', ...parts.map(partFile)];
}
