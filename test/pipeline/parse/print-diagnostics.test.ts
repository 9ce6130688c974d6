import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/pipeline/parse/diagnostic.ts';
import { printDiagnostics } from '../../../src/pipeline/parse/print-diagnostics.ts';

const one: Diagnostic = {
  severity: 'error',
  code: 'unknown-kind',
  message: "there is no kind 'x'",
  location: { file: 'p.yaml', line: 3, column: 5, length: 2, text: '    ab: 1' },
};

describe('printed diagnostics', () => {
  it('are nothing where there are none', () => {
    expect(printDiagnostics([], { color: false })).toBe('');
  });

  it('count errors and warnings apart', () => {
    const printed = printDiagnostics([one, one, { ...one, severity: 'warning' }], { color: false });
    expect(printed.trimEnd().split('\n').at(-1)).toBe('2 errors, 1 warning');
  });

  it('stop after a hundred, and say how many more there are', () => {
    const printed = printDiagnostics(Array(130).fill(one), { color: false });
    expect(printed.split('[unknown-kind]')).toHaveLength(101);
    expect(printed).toMatch(/… and 30 more\n\n130 errors\n$/);
  });

  it('have colours only if wanted', () => {
    expect(printDiagnostics([one], { color: true })).toContain('\u001b[');
    expect(printDiagnostics([one], { color: false })).not.toContain('\u001b');
  });

  it('let no control character of the file reach the terminal', () => {
    const evil = {
      ...one,
      message: 'a\u001b[2Jb',
      location: { ...one.location, text: '  \u001b]0;x\u0007' },
    };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(printDiagnostics([evil], { color: false })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });

  it('show the part of a long line that holds the mistake', () => {
    const text = `${'x'.repeat(300)}HERE${'y'.repeat(300)}`;
    const [, line, marks] = printDiagnostics(
      [{ ...one, location: { ...one.location, text, column: 301, length: 4 } }],
      { color: false },
    ).split('\n');
    expect(line?.length).toBeLessThan(140);
    expect(line?.slice(marks?.indexOf('^'), (marks?.lastIndexOf('^') ?? 0) + 1)).toBe('HERE');
  });

  it('underline what is meant after characters that take two columns of a terminal', () => {
    const text = '混合: {種: 蒸留}';
    const location = { ...one.location, text, column: 9, length: 2 };
    const [, shown, marks] = printDiagnostics([{ ...one, location }], { color: false }).split('\n');
    expect(shown).toBe(`  3 | ${text}`);
    // Each of the three characters before takes two columns, and each of the two that are meant.
    expect(marks).toBe(`    | ${' '.repeat(11)}^^^^`);
  });
});
