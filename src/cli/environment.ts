import { SETTING_NAMES } from '../settings/names.ts';
import { suggest } from '../suggest.ts';

/** Variables that retable reads, and those that it sets for programs, because a program may call retable. */
const READ: readonly string[] = [
  ...Object.values(SETTING_NAMES).map(({ variable }) => variable),
  'RETABLE_ENGINES',
  'RETABLE_JOURNAL',
  'RETABLE_CRASH_AT',
];
const GIVEN = /^RETABLE_(OUTPUT|SCRATCH|TRAJECTORY|EPOCHS|STOP_AFTER|EVENTS|INPUT_.*)$/;
/** Read by the tests of retable itself. */
const OF_TESTS = 'RETABLE_IMAGENET_SAMPLE';

/** Notes about variables that begin with `RETABLE_` but have no meaning, usually because of a typing error. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('RETABLE_') && !GIVEN.test(name))
    .filter((name) => !READ.includes(name) && name !== OF_TESTS)
    .map((name) => `${name} means nothing to retable: ${suggest(name, READ, 'variables that it reads')}`);
}
