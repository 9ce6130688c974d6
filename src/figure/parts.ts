import type { Figure } from './figure.ts';

/** What differs from one plot to another. */
export type FigureParts = Pick<Figure, 'panels' | 'notes' | 'warnings'>;
