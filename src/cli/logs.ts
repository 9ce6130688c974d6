import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline as pipe } from 'node:stream/promises';
import { Failure } from '../failure.ts';
import { suggest } from '../pipeline/suggest.ts';
import { EXIT } from './outcome.ts';
import { type PipelineFlags, resolvePipeline } from './workspace.ts';

/** `retable logs CELL`: all that an attempt printed. */
export async function logs(cell: string, name: string | undefined, given: PipelineFlags): Promise<number> {
  const { workspace, file, flags } = resolvePipeline(name, given);
  const pipeline = await workspace.load(file, flags);
  const cache = workspace.openCache();
  const attempts = cache.attemptsOf(cell, pipeline.name);
  cache.close();
  const wanted =
    flags.attempt === undefined ? attempts[0] : attempts.find(({ id }) => id === Number(flags.attempt));
  const cells: readonly string[] = pipeline.cells.map(({ id }) => id);
  const log = wanted && join(wanted.folder, 'log.txt');
  if (!log || !existsSync(log)) {
    throw new Failure(
      'no-log',
      `There is no log of ${cell}${flags.attempt ? `, attempt ${flags.attempt}` : ''}.`,
      {
        hint:
          attempts.length > 0
            ? `Attempts: ${attempts.map(({ id }) => id).join(', ')}.`
            : cells.includes(cell)
              ? 'It has not run in this cache, or the index was rebuilt since, which forgets attempts.'
              : `${pipeline.name} has no such cell; ${suggest(cell, cells, 'cells')}`,
      },
    );
  }
  if (flags.path) console.log(log);
  else await pipe(createReadStream(log), process.stdout, { end: false });
  return EXIT.done;
}
