import type { Figure } from './figure.ts';

/**
 * The figure for programs: `{figure, title, pipeline, profile, set, panels, notes, warnings}`, with panels as in
 * `figure.ts`. Numbers are exact and in the value's own unit; what is missing is null. The colours of images are in base64.
 */
export function toJson({ name, title, pipeline, profile, ...rest }: Figure): string {
  const object = { figure: name, title, pipeline, profile, ...rest };
  return `${JSON.stringify(object, (_, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    return value === undefined ? null : value;
  })}\n`;
}
