import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { JsonSchema } from '../pipeline/check/json-schema.ts';
import { ParameterChecker } from '../pipeline/check/parameter-checker.ts';
import type { Diagnostic } from '../pipeline/parse/diagnostic.ts';
import type { Findings } from '../pipeline/parse/findings.ts';
import { parseYaml } from '../pipeline/parse/parse-yaml.ts';
import { Readers } from '../pipeline/parse/readers.ts';
import { isFile } from './is-file.ts';
import { SETTING_NAMES, type SettingName } from './names.ts';
import { settingsSchema, type WrittenSettings } from './schema.ts';
import type { GivenSettings, Setting } from './settings.ts';

export type SettingsResult =
  | { readonly ok: true; readonly settings: GivenSettings }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

// A cast: a TypeBox schema is a JSON Schema, which contains only JSON.
const checker = new ParameterChecker('settings', settingsSchema as unknown as JsonSchema);

/**
 * Parses the text of a settings file to typed values, or returns all mistakes in it. No text makes it throw.
 * @param project the folder of the project, where relative paths start
 */
export function parseSettings(
  { file, text }: { file: string; text: string },
  project: string,
): SettingsResult {
  const { findings, source, value } = parseYaml(file, text);
  if (value === undefined) return { ok: false, diagnostics: findings.sorted() };
  const written = checked(value.root, findings);
  const given = <T>(name: SettingName, value: T | undefined): Setting<T> | undefined => {
    if (value === undefined) return undefined;
    const { line, column } = source.locate({ path: [name], at: 'key' });
    return { value, by: 'file', source: `${file}:${line}:${column}` };
  };
  const folder = (name: 'cache' | 'data' | 'results') => {
    const path = folderOf(name, written[name], project, findings);
    return given(name, path);
  };
  const settings = {
    cache: folder('cache'),
    data: folder('data'),
    results: folder('results'),
    engine: given('engine', written.engine),
    jobs: given('jobs', written.jobs),
  };
  return findings.errors > 0 ? { ok: false, diagnostics: findings.sorted() } : { ok: true, settings };
}

/** An absolute path. A `~` at its beginning is the home folder of the user. */
function folderOf(
  name: SettingName,
  path: string | undefined,
  project: string,
  findings: Findings,
): string | undefined {
  if (path === undefined) return undefined;
  const absolute = resolve(project, path.replace(/^~(?=\/|$)/, homedir()));
  if (isFile(absolute)) {
    findings.error('not-a-folder', { path: [name] }, `'${name}' must be a folder, and ${absolute} is a file`);
  }
  return absolute;
}

/** The values that match the schema. The others are in the findings. */
function checked(root: unknown, findings: Findings): WrittenSettings {
  const names = Object.keys(SETTING_NAMES);
  const given = new Readers(findings).mapping(root ?? undefined, [], 'the settings file', names);
  const known = new Map(Object.entries(given).filter(([name]) => names.includes(name)));
  const { parameters, issues } = checker.check(known, new Set());
  for (const { parameter, path, at, message, hint } of issues) {
    findings.error('bad-setting', { path: [parameter, ...path], at }, message, { hint });
  }
  const wrong = new Set(issues.map(({ parameter }) => parameter));
  // A cast: ajv has checked the remaining values.
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => !wrong.has(name)),
  ) as WrittenSettings;
}
