import type { Findings } from './findings.ts';
import type { Path } from './source.ts';

/**
 * Reports two names of one mapping that would give the same environment variable, file or LaTeX label: they differ
 * only in upper and lower case, or in `-` and `_`.
 * @param thing what is named: `needs`, `tables`
 */
export function checkSimilarNames(
  names: readonly string[],
  path: Path,
  thing: string,
  findings: Findings,
): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const form = name.toLowerCase().replaceAll('-', '_');
    const before = seen.get(form);
    if (before === undefined) {
      seen.set(form, name);
      continue;
    }
    findings.error(
      'similar-names',
      { path: [...path, name], at: 'key' },
      `the ${thing} '${before}' and '${name}' cannot be told apart in names of files or variables`,
      {
        hint: 'choose names that differ in more than upper and lower case, - and _',
        related: [{ message: `'${before}' is here`, place: { path: [...path, before], at: 'key' } }],
      },
    );
  }
}
