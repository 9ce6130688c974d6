import stringWidth from 'string-width';

/**
 * A table for a terminal: aligned columns, and a line below the head.
 * @param rows the head first
 * @param left how many columns are aligned to the left; those of numbers go to the right
 */
export function inColumns(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = (rows[0] ?? []).map((_, k) => Math.max(...rows.map((row) => stringWidth(row[k] ?? ''))));
  const [head = '', ...body] = rows.map((row) =>
    row
      .map((text, k) => {
        const space = ' '.repeat((widths[k] ?? 0) - stringWidth(text));
        return k < left ? text + space : space + text;
      })
      .join('  ')
      .trimEnd(),
  );
  return [head, '─'.repeat(widths.reduce((sum, size) => sum + size + 2, -2)), ...body];
}
