import type { Findings } from './findings.ts';
import type { Path } from './source.ts';

/**
 * Reports two names that would give the same environment variable, file or LaTeX label: they differ only in upper and
 * lower case, or in `-` and `_`, or they are equal and in two mappings.
 * @param names of each mapping that shares such variables or files, by its key: `needs`, `tables`
 * @param path of what has these mappings
 */
export function checkSimilarNames(
  names: Readonly<Record<string, readonly string[]>>,
  path: Path,
  findings: Findings,
): void {
  const seen = new Map<string, { readonly key: string; readonly name: string }>();
  for (const [key, name] of Object.entries(names).flatMap(([key, all]) =>
    all.map((name) => [key, name] as const),
  )) {
    const form = name.toLowerCase().replaceAll('-', '_');
    const before = seen.get(form);
    if (before === undefined) {
      seen.set(form, { key, name });
      continue;
    }
    const both =
      before.key === key
        ? `the ${key} '${before.name}' and '${name}'`
        : `'${before.name}' of the ${before.key} and '${name}' of the ${key}`;
    findings.error(
      'similar-names',
      { path: [...path, key, name], at: 'key' },
      `${both} cannot be told apart in names of files or variables`,
      {
        hint: 'choose names that differ in more than upper and lower case, - and _',
        related: [
          {
            message: `'${before.name}' is here`,
            place: { path: [...path, before.key, before.name], at: 'key' },
          },
        ],
      },
    );
  }
}
