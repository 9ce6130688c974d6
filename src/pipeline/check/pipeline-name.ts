import type { Findings } from '../parse/findings.ts';
import { parseYaml } from '../parse/parse-yaml.ts';
import { isMapping } from '../parse/readers.ts';

/** A pipeline file with its text. */
export interface PipelineText {
  readonly file: string;
  readonly text: string;
}

/**
 * Reports other files that contain a pipeline with the same name, because both would share a folder in `results/` and
 * their history. Warns if the name differs from that of the file.
 */
export function checkPipelineName(
  name: string,
  file: string,
  others: readonly PipelineText[],
  findings: Findings,
): void {
  // A missing or wrong name was already reported.
  if (name === '') return;
  const place = { path: ['pipeline'] };
  // Parsing all files for each command would be slow. Dots are the only special characters in a name.
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
