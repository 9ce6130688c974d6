import { existsSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { explainDiskError } from '../cache/disk-failure.ts';
import { makeFolder } from '../cache/folders.ts';
import { Failure } from '../failure.ts';
import type { Figure } from '../figure/figure.ts';
import { replaceIfChanged } from '../replace-file.ts';
import { FIGURE_FORMS, type FigureForm } from './figure-forms.ts';
import { figuresOf, madeIn, writeAll } from './figures.ts';
import { EXIT, printFailure } from './outcome.ts';
import { resultsOf } from './results.ts';
import { shownPath } from './shown-path.ts';
import { openPipeline, type PipelineFlags, partAndPipeline } from './workspace.ts';

/**
 * `retable figure`: figures of the cached results, in any form, to standard output or to files. A single name may be that
 * of a figure or of a pipeline.
 */
export async function figureCommand(
  figureName: string | undefined,
  pipelineName: string | undefined,
  given: PipelineFlags,
): Promise<number> {
  const form = chooseForm(given);
  const named = partAndPipeline(figureName, pipelineName, given);
  const opened = await openPipeline(named.pipeline, given);
  const { figures, failures } = await figuresOf(await resultsOf(opened), named.part);
  opened.cache.close();
  const { to } = given;
  if (to === undefined) await print(form, figures, failures.length);
  else if (isFolder(to)) tell(await writeAll(to, form, figures, '--to FILE'));
  else tell(await writeOne(to, form, figures));
  return Math.max(EXIT.done, ...failures.map(printFailure));
}

/** By `--format`, by the name of the file, or the default. @throws Failure `bad-flag` */
function chooseForm({ json, format, to }: PipelineFlags): FigureForm {
  const all = Object.entries(FIGURE_FORMS);
  const byFile = all.filter(([, { ending }]) => to?.endsWith(`.${ending}`));
  // The longest ending: `.vl.json` is Vega-Lite.
  const [ofFile] = byFile.sort(([, a], [, b]) => b.ending.length - a.ending.length)[0] ?? [];
  const name = json ? 'json' : (format ?? ofFile ?? all[0]?.[0] ?? '');
  const form = Object.hasOwn(FIGURE_FORMS, name) ? FIGURE_FORMS[name] : undefined;
  if (form !== undefined) {
    if (to !== undefined && !isFolder(to)) checkEnding(to, name, form);
    return form;
  }
  throw new Failure('bad-flag', `There is no format ${name}.`, {
    hint: `Formats: ${Object.keys(FIGURE_FORMS).join(', ')}.`,
  });
}

/** A file without an ending may have any form. @throws Failure `bad-flag` */
function checkEnding(to: string, name: string, form: FigureForm): void {
  const ending = extname(to);
  if (ending === '' || ending === endingOf(form)) return;
  const forms = Object.values(FIGURE_FORMS);
  if (forms.some((one) => endingOf(one) === ending)) {
    throw new Failure('bad-flag', `${to} does not end as a file of the format ${name} does.`, {
      hint: `Leave out the format, or let the name end in .${form.ending}.`,
    });
  }
  throw new Failure('bad-flag', `No format of figures has files that end in ${ending}.`, {
    hint: `Endings: ${forms.map((one) => `.${one.ending}`).join(', ')}.`,
  });
}

/** The last part of its ending, such as `.json` of `vl.json`. */
function endingOf({ ending }: FigureForm): string {
  return extname(`figure.${ending}`);
}

/** @param failed the number of figures that could not be made */
async function print(form: FigureForm, figures: readonly Figure[], failed: number): Promise<void> {
  if (form.isBinary && process.stdout.isTTY) {
    throw new Failure('bad-flag', 'A terminal cannot show this format.', { hint: 'Add --to FILE.' });
  }
  const isOne = figures.length + failed === 1;
  const isList = form === FIGURE_FORMS.json && !isOne;
  if (!isOne && !isList && figures.length !== 1) {
    throw new Failure('bad-flag', `There are ${figures.length} figures, and each is a file of its own.`, {
      hint: `Name one of them, or give a folder: --to FOLDER/. Figures: ${figures.map(({ name }) => name).join(', ') || 'none'}.`,
    });
  }
  const made = await Promise.all(figures.map((figure) => madeIn(form, figure)));
  if (isList) {
    const list = made.map((one) => Buffer.from(one).toString().trim());
    console.log(`{"figures":[${list.join(',')}]}`);
  } else for (const one of made) process.stdout.write(one);
}

async function writeOne(to: string, form: FigureForm, figures: readonly Figure[]): Promise<string[]> {
  const [figure, second] = figures;
  if (second !== undefined) {
    throw new Failure('bad-flag', `There are ${figures.length} figures, and ${to} is one file.`, {
      hint: `Name one of them, or give a folder: --to FOLDER/. Figures: ${figures.map(({ name }) => name).join(', ')}.`,
    });
  }
  if (figure === undefined) return [];
  const contents = await madeIn(form, figure);
  try {
    makeFolder(dirname(to));
    await replaceIfChanged(to, contents);
  } catch (error) {
    throw explainDiskError(error, `write ${to}`, '--to FILE');
  }
  return [to];
}

function isFolder(path: string): boolean {
  return /[\\/]$/.test(path) || (existsSync(path) && statSync(path).isDirectory());
}

function tell(files: readonly string[]): void {
  for (const file of files) console.log(shownPath(file));
}
