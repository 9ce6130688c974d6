import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { printDiagnostics } from '../../src/pipeline/parse/print-diagnostics.ts';
import { loadText } from './support.ts';

// Each golden file holds one mistake (or one kind of mistake); UPDATE_GOLDEN=1 rewrites what is printed for it.
const folder = new URL('golden/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length));

describe('what is printed for a mistake', () => {
  it.each(names)('%s', async (name) => {
    const text = readFileSync(new URL(`${name}.yaml`, folder), 'utf8');
    // A first line `# options: {"set": […]}` gives what the command line would.
    const options = /^# options: (.*)/.exec(text)?.[1];
    const result = await loadText(text, options === undefined ? {} : JSON.parse(options));
    const printed = printDiagnostics(result.ok ? result.warnings : result.diagnostics, { color: false });
    const golden = new URL(`${name}.txt`, folder);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, printed);
    expect(printed).toBe(readFileSync(golden, 'utf8'));
    expect(printed).not.toBe('');
  });
});
