import { damageText } from '../plan/planner.ts';
import { EXIT } from './outcome.ts';
import { type PipelineFlags, Workspace } from './workspace.ts';

/** `retable cache verify`: reads every file again. Exits with 1 if there is damage that was not repaired. */
export default async function cacheVerify(flags: PipelineFlags): Promise<number> {
  const cache = new Workspace(flags, flags.repair ? 'write' : 'read').openCache();
  const report = await cache.verify({ repair: flags.repair ?? false });
  cache.close();
  const damaged = report.damage.length;
  if (flags.json) console.log(JSON.stringify(report));
  else {
    for (const one of report.damage) console.log(damageText(one));
    console.log(
      damaged === 0
        ? `sound: ${report.files} files`
        : `${damaged} damaged${flags.repair ? '; set aside, their cells will run again' : ''}`,
    );
  }
  return damaged > 0 && !flags.repair ? EXIT.failed : EXIT.done;
}
