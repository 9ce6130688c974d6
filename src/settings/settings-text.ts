import { resolve } from 'node:path';
import { ENGINE_NAMES, type EngineName } from '../engine/identity.ts';
import { Failure } from '../failure.ts';
import { suggest } from '../suggest.ts';
import { isFile } from './is-file.ts';
import { SETTING_NAMES, type SettingName } from './names.ts';
import type { GivenSettings, Setting } from './settings.ts';

/**
 * Reads the settings that flags or environment variables give as text. An empty variable counts as not set.
 * @param current the folder where relative paths start
 * @throws Failure `bad-flag`, `bad-variable`, `unknown-engine`
 */
export function readSettingTexts(
  texts: Readonly<Partial<Record<SettingName, string | undefined>>>,
  by: 'flag' | 'variable',
  current: string,
): GivenSettings {
  const read = <T>(name: SettingName, parse: (text: string, source: string) => T): Setting<T> | undefined => {
    const text = texts[name];
    if (text === undefined || (text === '' && by === 'variable')) return undefined;
    const source = SETTING_NAMES[name][by];
    return { value: parse(text, source), by, source };
  };
  const folder = (text: string, source: string): string => {
    if (text === '') throw new Failure(`bad-${by}`, `${source} needs the path of a folder.`);
    const path = resolve(current, text);
    // A wrong flag is reported where the folder is used, together with what was tried there.
    if (by === 'variable' && isFile(path))
      throw new Failure('bad-variable', `${source} must name a folder, but ${path} is a file.`);
    return path;
  };
  return {
    cache: read('cache', folder),
    data: read('data', folder),
    results: read('results', folder),
    engine: read('engine', engineOf),
    jobs: read('jobs', (text, source) => {
      if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
      throw new Failure(`bad-${by}`, `${source} takes a whole number from 1, not ${text}.`);
    }),
  };
}

function engineOf(text: string, source: string): EngineName {
  const known = ENGINE_NAMES.find((name) => name === text);
  if (known !== undefined) return known;
  throw new Failure('unknown-engine', `${source}: there is no engine '${text}'.`, {
    hint: suggest(text, ENGINE_NAMES, 'engines'),
  });
}
