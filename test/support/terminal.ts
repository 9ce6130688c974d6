// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const PARTS = /\u001b\[([?\d;]*)([A-Za-z])|\r|\n|[^\r\n\u001b]+/g;

/**
 * What a terminal of enough rows shows after this output: its lines, without trailing blanks. It knows the escape codes
 * that move the cursor up and to a column and that erase a line; others change nothing that can be read.
 */
export function screenOf(output: string): string {
  const lines: string[] = [''];
  let [row, column] = [0, 0];
  for (const [part, parameter, command] of output.matchAll(PARTS)) {
    const line = lines[row] ?? '';
    if (part === '\r') column = 0;
    else if (part === '\n') row += 1;
    else if (command === 'A') row = Math.max(0, row - Number(parameter || 1));
    else if (command === 'G') column = Number(parameter || 1) - 1;
    else if (command === 'K') lines[row] = parameter === '2' ? '' : line.slice(0, column);
    else if (command === undefined) {
      lines[row] = line.padEnd(column).slice(0, column) + part + line.slice(column + part.length);
      column += part.length;
    }
    lines[row] ??= '';
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}
