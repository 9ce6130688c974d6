import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { explainDiskError } from '../cache/disk-failure.ts';
import { installedEngine } from '../engine/identity.ts';
import { Failure } from '../failure.ts';
import { SETTING_NAMES } from '../settings/names.ts';
import { type GivenSettings, resolveSettings, type Settings } from '../settings/settings.ts';
import { parseSettings } from '../settings/settings-file.ts';
import { readSettingTexts } from '../settings/settings-text.ts';
import { Mistakes } from './mistakes.ts';
import { shownPath } from './shown-path.ts';

/** The flags that are settings, as commander gives them. */
export interface SettingFlags {
  readonly cache?: string;
  readonly dataDir?: string;
  readonly results?: string;
  readonly engine?: string;
  readonly jobs?: string;
}

/**
 * The settings of a project, from the flags, the environment and its `retable.yaml`.
 * @param project the folder of the project
 * @throws Failure if one of them is wrong
 */
export function readSettings({ dataDir, ...flags }: SettingFlags, project: string): Settings {
  const current = process.cwd();
  const variables = Object.fromEntries(
    Object.entries(SETTING_NAMES).map(([name, { variable }]) => [name, process.env[variable]]),
  );
  const given = [
    readSettingTexts({ ...flags, data: dataDir }, 'flag', current),
    readSettingTexts(variables, 'variable', current),
    settingsInFile(project),
  ];
  return resolveSettings(given, {
    cache: join(project, 'cache'),
    data: undefined,
    results: join(project, 'results'),
    engine: installedEngine(),
    jobs: availableParallelism(),
  });
}

/** @throws Failure `bad-settings` */
function settingsInFile(project: string): GivenSettings {
  const file = join(project, 'retable.yaml');
  const misnamed = join(project, 'retable.yml');
  if (existsSync(misnamed)) {
    throw new Failure('bad-settings', `${shownPath(misnamed)} is not read.`, {
      hint: 'Rename it: the settings file must be called retable.yaml.',
    });
  }
  if (!existsSync(file)) return {};
  const shown = shownPath(file);
  const result = parseSettings({ file: shown, text: read(file, shown) }, project);
  if (result.ok) return result.settings;
  throw new Mistakes('bad-settings', 'The settings have mistakes:', result.diagnostics);
}

function read(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw explainDiskError(error, `read ${shown}`);
  }
}
