import { Failure } from '../failure.ts';
import { EXIT, printFailure } from './outcome.ts';
import { resultsOf } from './results.ts';
import { FORMATS, tablesOf } from './tables.ts';
import { openPipeline, type PipelineFlags, partAndPipeline } from './workspace.ts';

/** `retable table`: tables of the cached results, in any format. A single name may be that of a table or of a pipeline. */
export async function table(
  tableName: string | undefined,
  pipelineName: string | undefined,
  flags: PipelineFlags,
): Promise<number> {
  const format = flags.json ? 'json' : (flags.format ?? 'text');
  const form = FORMATS[format];
  if (!form)
    throw new Failure('bad-flag', `There is no format ${format}.`, {
      hint: `Formats: ${Object.keys(FORMATS).join(', ')}.`,
    });
  const named = partAndPipeline(tableName, pipelineName, flags);
  const opened = await openPipeline(named.pipeline, flags);
  const { tables, failures } = tablesOf(await resultsOf(opened), named.part);
  // Programs get one object, however many tables there are.
  const isList = format === 'json' && tables.length + failures.length !== 1;
  if (isList) console.log(`{"tables":[${tables.map(form).join(',')}]}`);
  else if (tables.length > 0) console.log(tables.map(form).join('\n'));
  opened.cache.close();
  return Math.max(EXIT.done, ...failures.map(printFailure));
}
