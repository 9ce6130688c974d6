import { join } from 'node:path';
import { explainDiskError } from '../cache/disk-failure.ts';
import { makeFolder } from '../cache/folders.ts';
import { Failure } from '../failure.ts';
import { buildFigure } from '../figure/build-figure.ts';
import type { Figure } from '../figure/figure.ts';
import { replaceIfChanged } from '../replace-file.ts';
import { suggest } from '../suggest.ts';
import { failureOf } from './failure-of.ts';
import { type FigureForm, RUN_FORMS } from './figure-forms.ts';
import type { Results } from './results.ts';
import { resultsFolder } from './results-folder.ts';
import type { OpenPipeline } from './workspace.ts';

export interface Figures {
  readonly figures: readonly Figure[];
  /** Of figures that could not be made, for example because a cell lacks a value. */
  readonly failures: readonly Failure[];
}

/** Figures of the results that are cached now. Other cells are gaps in them. */
export async function figuresOf({ pipeline, known }: Results, only?: string): Promise<Figures> {
  const specs = pipeline.figures.filter((spec) => only === undefined || spec.name === only);
  if (specs.length === 0 && only !== undefined) {
    throw new Failure('unknown-figure', `${pipeline.name} has no figure ${only}.`, {
      hint: suggest(
        only,
        pipeline.figures.map((spec) => spec.name),
        'figures',
      ),
    });
  }
  const figures: Figure[] = [];
  const failures: Failure[] = [];
  for (const spec of specs) {
    try {
      figures.push(await buildFigure(spec, pipeline, known));
    } catch (error) {
      failures.push(failureOf(error, `figure ${spec.name}`));
    }
  }
  return { figures, failures };
}

/** A figure in a form. @throws Failure of the form, with the name of the figure */
export async function madeIn(form: FigureForm, figure: Figure): Promise<Uint8Array> {
  return form.make(figure).catch((error: unknown) => {
    throw failureOf(error, `figure ${figure.name}`);
  });
}

/** Writes each figure beside the tables. @returns the folder, or undefined if there are no figures */
export async function writeFigures(
  { pipeline, workspace }: OpenPipeline,
  figures: readonly Figure[],
): Promise<string | undefined> {
  if (figures.length === 0) return undefined;
  const folder = join(workspace.settings.results.value, resultsFolder(pipeline));
  for (const form of RUN_FORMS) await writeAll(folder, form, figures, '--results DIR');
  return folder;
}

/**
 * Writes figures to a folder. Files that have the same bytes already are left as they are.
 * @param flag by which another folder can be given
 */
export async function writeAll(
  folder: string,
  form: FigureForm,
  figures: readonly Figure[],
  flag: string,
): Promise<string[]> {
  const files: string[] = [];
  try {
    makeFolder(folder);
    for (const figure of figures) {
      const file = join(folder, `${figure.name}.${form.ending}`);
      await replaceIfChanged(file, await madeIn(form, figure));
      files.push(file);
    }
  } catch (error) {
    throw explainDiskError(error, `write figures to ${folder}`, flag);
  }
  return files;
}
