import picocolors from 'picocolors';
import stringWidth from 'string-width';
import type { Diagnostic, Location } from './diagnostic.ts';

type Colors = ReturnType<typeof picocolors.createColors>;

/** Longer lines are shortened around the mistake. */
const width = 120;

/** At most this many are printed; the count at the end includes all. */
const most = 100;

/**
 * Formats diagnostics for people: position, message, the line with the mistake underlined, advice; a count at the
 * end.
 */
export function printDiagnostics(diagnostics: readonly Diagnostic[], options: { color: boolean }): string {
  if (diagnostics.length === 0) return '';
  const colors = picocolors.createColors(options.color);
  const blocks = diagnostics.slice(0, most).map((diagnostic) => printOne(diagnostic, colors));
  const rest = diagnostics.length - blocks.length;
  if (rest > 0) blocks.push(`… and ${rest} more\n`);
  return `${blocks.join('\n')}\n${count(diagnostics, colors)}\n`;
}

function printOne(diagnostic: Diagnostic, colors: Colors): string {
  const tint = diagnostic.severity === 'error' ? colors.red : colors.yellow;
  const lines = [
    `${place(diagnostic.location, colors)} ${tint(diagnostic.severity)}: ${colors.bold(clean(diagnostic.message))} ${colors.dim(`[${diagnostic.code}]`)}`,
    ...excerpt(diagnostic.location, '^', tint, colors),
  ];
  if (diagnostic.hint !== undefined) lines.push(`  ${colors.cyan(clean(diagnostic.hint))}`);
  for (const { message, location } of diagnostic.related ?? []) {
    lines.push(
      `  ${place(location, colors)} ${clean(message)}`,
      ...excerpt(location, '-', colors.cyan, colors),
    );
  }
  return `${lines.join('\n')}\n`;
}

function place({ file, line, column }: Location, colors: Colors): string {
  return `${colors.cyan(clean(file))}:${line}:${column}:`;
}

function excerpt(location: Location, mark: string, tint: (text: string) => string, colors: Colors): string[] {
  const start = location.column - 1;
  const from =
    location.text.length <= width ? 0 : Math.max(0, Math.min(start - 40, location.text.length - width));
  const shown = location.text.slice(from, from + width);
  const before = from > 0 ? '…' : '';
  const after = from + width < location.text.length ? '…' : '';
  const marked = shown.slice(start - from, start - from + location.length);
  const space = ' '.repeat(stringWidth(clean(before + shown.slice(0, start - from))));
  const marks = mark.repeat(Math.max(1, stringWidth(clean(marked))));
  const gutter = String(location.line);
  return [
    `  ${colors.dim(`${gutter} |`)} ${clean(`${before}${shown}${after}`)}`,
    `  ${colors.dim(`${' '.repeat(gutter.length)} |`)} ${space}${tint(marks)}`,
  ];
}

/** Replaces control characters one by one, so that columns do not change and a file cannot control the terminal. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

function count(diagnostics: readonly Diagnostic[], colors: Colors): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const parts = [];
  if (errors > 0) parts.push(colors.red(`${errors} ${errors === 1 ? 'error' : 'errors'}`));
  if (warnings > 0) parts.push(colors.yellow(`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`));
  return parts.join(', ');
}
