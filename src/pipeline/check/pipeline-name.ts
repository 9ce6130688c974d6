import type { Findings } from '../parse/findings.ts';
import { parseYaml } from '../parse/parse-yaml.ts';
import { isMapping } from '../parse/readers.ts';
import type { Path } from '../parse/source.ts';

/** A pipeline file with its text. */
export interface PipelineText {
  readonly file: string;
  readonly text: string;
}

/**
 * Reports two names of one mapping that would become one environment variable, file or LaTeX label: they differ only in
 * upper and lower case, or in `-` and `_`.
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

/**
 * Reports other files that hold a pipeline of the same name, because both would write to one folder of `results/` and
 * share their history. Warns where the name is not that of the file.
 */
export function checkPipelineName(
  name: string,
  file: string,
  others: readonly PipelineText[],
  findings: Findings,
): void {
  // A name that is missing or wrong is reported already.
  if (name === '') return;
  const place = { path: ['pipeline'] };
  // To parse all files for each command would be slow. Dots are all of a name that a pattern would read otherwise.
  const mayBe = new RegExp(
    `pipeline["']?\\s*:\\s*(?:[&!]\\S*\\s+)*["']?${name.replaceAll('.', '\\.')}(?![\\w.-])`,
    'i',
  );
  for (const other of others) {
    if (!mayBe.test(other.text)) continue;
    const { source, value } = parseYaml(other.file, other.text);
    const found = isMapping(value?.root) ? value.root.pipeline : undefined;
    if (typeof found !== 'string' || found.toLowerCase() !== name.toLowerCase()) continue;
    findings.error('duplicate-pipeline', place, `${other.file} has a pipeline '${found}' too`, {
      hint: 'rename one of them: results and history are kept by the name of the pipeline',
      related: [{ message: `the other '${found}' is here`, place: { location: source.locate(place) } }],
    });
  }
  const stem = /([^/\\]*?)(?:\.ya?ml)?$/i.exec(file)?.[1] ?? '';
  if (stem === name) return;
  findings.warning('other-file-name', place, `the pipeline '${name}' is in a file called '${stem}'`, {
    hint: `commands take '${stem}', but results are in the folder '${name}'; use one name for both`,
  });
}
