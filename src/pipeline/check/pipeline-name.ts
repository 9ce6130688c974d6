import type { Findings } from '../parse/findings.ts';
import { parseYaml } from '../parse/parse-yaml.ts';
import { isMapping } from '../parse/readers.ts';

/** A pipeline file with its text. */
export interface PipelineText {
  readonly file: string;
  readonly text: string;
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
