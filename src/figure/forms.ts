import { draw } from './draw/draw.ts';
import type { Figure } from './figure.ts';

/** Forms in which a figure is drawn; each is the ending of its files, too. */
export const drawnForms = ['svg', 'pdf', 'png', 'pgf'] as const;

export type DrawnForm = (typeof drawnForms)[number];

/**
 * A figure as a file. The same figure gives the same bytes on every machine.
 *
 * @throws Failure `too-many-pixels`: a figure with images that PGF cannot draw
 */
export async function drawn(figure: Figure, form: DrawnForm): Promise<Uint8Array> {
  const drawing = draw(figure);
  // The libraries of PDF and PNG are loaded only when they are needed.
  switch (form) {
    case 'svg':
      return Buffer.from((await import('./svg.ts')).toSvg(drawing));
    case 'pdf':
      return (await import('./pdf.ts')).toPdf(drawing);
    case 'png':
      return (await import('./png.ts')).toPng(drawing);
    case 'pgf':
      return Buffer.from((await import('./pgf.ts')).toPgf(drawing));
  }
}
