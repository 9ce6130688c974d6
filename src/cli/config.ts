import { findProject } from './home.ts';
import { EXIT } from './outcome.ts';
import { readSettings, type SettingFlags } from './settings.ts';

/** `retable config`: the settings of the project, and where each comes from. */
export async function config({ json, ...flags }: SettingFlags & { json?: boolean }): Promise<number> {
  const project = findProject(process.cwd());
  const settings = readSettings(flags, project);
  if (json) {
    const all = Object.entries(settings).map(([name, { value, ...from }]) => [
      name,
      { value: value ?? null, ...from },
    ]);
    console.log(JSON.stringify({ project, settings: Object.fromEntries(all) }));
    return EXIT.done;
  }
  const rows = Object.entries(settings).map(([name, { value, source }]) => ({
    name,
    value: String(value ?? 'none'),
    source,
  }));
  const width = Math.max(...rows.map(({ value }) => value.length));
  console.log(`project  ${project}`);
  for (const { name, value, source } of rows)
    console.log(`${name.padEnd(7)}  ${value.padEnd(width)}  ${source}`);
  return EXIT.done;
}
