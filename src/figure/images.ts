import { Failure } from '../failure.ts';
import { PARTS, partFile, shardFolder } from '../kind/parts.ts';
import { readPart } from '../learn/data/artifact.ts';
import { type Dataset, imageSize } from '../learn/data/dataset.ts';
import { indexFile } from '../learn/data/shards/shard-index.ts';
import { readTensors } from '../learn/weights/host-tensors.ts';
import type { Cell, ImagesSpec, Pipeline } from '../pipeline/pipeline.ts';
import { checkpointNote } from '../report/build-table.ts';
import { choiceNotes, choicesOf } from '../report/choices.ts';
import { groupCells, named } from '../report/group-cells.ts';
import type { Line } from '../report/table.ts';
import { gatherWarnings } from '../report/warnings.ts';
import { wordsOf } from './across.ts';
import { type AttackedExample, answersOf } from './answers.ts';
import type { ImagePanel, Picture } from './figure.ts';
import type { FigureParts } from './parts.ts';
import { differencePicture, pictureOf } from './pictures.ts';
import type { FigureSources } from './sources.ts';

/** Images of attacks: clean, under attack, and what changed, with the answers of the model. */
export async function imagesParts(
  spec: ImagesSpec,
  pipeline: Pipeline,
  sources: FigureSources,
): Promise<FigureParts> {
  const { table, amplify } = spec;
  const { cells, rows, columns, at } = groupCells(table, pipeline);
  const headings = { rows: keysOf(table.rows), columns: keysOf(table.columns) };
  const shown: Cell[] = [];
  const panels: ImagePanel[] = [];
  let isMissing = false;
  for (const column of columns) {
    const own: ImagePanel['rows'][number][] = [];
    for (const row of rows) {
      const cell = at(row, column)?.cells[0];
      const examples = cell && (await examplesOf(cell, spec, pipeline, sources));
      if (cell && examples) shown.push(cell);
      isMissing ||= cell !== undefined && examples === undefined;
      const words = wordsOf(row, headings.rows);
      own.push(...(examples ?? []).map((one) => picturesOf(one, words, amplify)));
    }
    const title = columns.length > 1 || column.words.length > 0 ? titleOf(column) : undefined;
    panels.push({
      plot: 'images',
      title,
      columns: ['clean', 'under attack', `change × ${amplify}`],
      rows: own,
    });
  }
  const sweeps = choicesOf(cells, pipeline);
  return {
    panels,
    notes: [
      ...spec.notes,
      ...checkpointNote(cells),
      ...choiceNotes(sweeps),
      `Below each image: the answer of the model. Changes are shown ${amplify} times as large as they are; gray is no change. Images that are wrong without an attack are not attacked.`,
      ...(shown.length < cells.length && table.over.length > 0
        ? [
            `Of the cells that differ in ${table.over.join(', ')}, the first: ${shown.map(({ id }) => id).join(', ')}.`,
          ]
        : []),
      ...(isMissing ? ['Some cells have no images here: they have not run yet, or failed.'] : []),
    ],
    warnings: gatherWarnings(
      shown.map(({ id }) => id),
      sources.warnings,
    ),
  };

  function keysOf(keys: readonly string[]) {
    return keys.map((key) => named(key, table));
  }
  function titleOf(column: Line): string {
    return wordsOf(column, headings.columns);
  }
}

interface ShownExample extends AttackedExample {
  readonly index: number;
  readonly shape: Dataset['shape'];
  /** Row-major, 0 … 255. */
  readonly clean: Uint8Array;
  /** Row-major, 0 … 1. */
  readonly adversarial: Float32Array;
  readonly classes: readonly string[];
}

function picturesOf(one: ShownExample, words: string, amplify: number): ImagePanel['rows'][number] {
  const answers = answersOf(one, one.classes);
  const adversarial = Uint8Array.from(one.adversarial, (value) => Math.round(value * 255));
  const images: Picture[] = [
    pictureOf(one.clean, one.shape, answers.clean),
    pictureOf(adversarial, one.shape, answers.underAttack),
    differencePicture(one, amplify),
  ];
  return { words: [words, `image ${one.index}`].filter(Boolean).join(' / '), images };
}

/** Undefined if the cell has no result yet. @throws Failure `no-images` */
async function examplesOf(
  cell: Cell,
  { examples, table }: ImagesSpec,
  pipeline: Pipeline,
  sources: FigureSources,
): Promise<ShownExample[] | undefined> {
  if (sources.values(cell.id) === undefined) return undefined;
  const file = sources.file(cell.id, 'examples.safetensors');
  const { adversarial, predicted, cleanCorrect } = file ? (await readTensors(file)).tensors : {};
  const dataset = await datasetOf(cell, pipeline, sources);
  const size = dataset ? imageSize(dataset) : 0;
  const fits = dataset && adversarial?.data.length === dataset.labels.length * size;
  if (!dataset || !fits || !(adversarial?.data instanceof Float32Array)) {
    throw new Failure('no-images', `${cell.id} has no images to show.`, {
      hint: `Add \`keep-images: true\` to \`with\` of the stage ${table.stage}, of the kind attack.`,
    });
  }
  const wanted = typeof examples === 'number' ? [...dataset.labels.keys()].slice(0, examples) : examples;
  const { data } = adversarial;
  return wanted.map((index) => {
    const label = dataset.labels[index];
    if (label === undefined) {
      throw new Failure('no-images', `${cell.id} has no image ${index}.`, {
        hint: `It has ${dataset.labels.length}, counted from 0.`,
      });
    }
    const [from, to] = [index * size, (index + 1) * size];
    return {
      index,
      label,
      predicted: predicted?.data[index],
      isCleanRight: cleanCorrect && cleanCorrect.data[index] === 1,
      wasMoved: data
        .subarray(from, to)
        .some((value, k) => value !== Math.fround((dataset.images[from + k] ?? 0) / 255)),
      shape: dataset.shape,
      clean: dataset.images.subarray(from, to),
      adversarial: data.subarray(from, to),
      classes: dataset.classes,
    };
  });
}

/** The part of the data set that a cell attacked. @throws Failure `no-images` if it is stored in shards */
async function datasetOf({ needs, parameters }: Cell, { cells }: Pipeline, sources: FigureSources) {
  const data = cells.find(({ id }) => id === needs.data);
  const part = PARTS.find((one) => one === parameters.part) ?? 'test';
  if (data === undefined) return undefined;
  const [whole, shards] = [partFile(part), shardFolder(part) + indexFile].map((name) =>
    sources.file(data.id, name),
  );
  if (whole === undefined && shards !== undefined) {
    throw new Failure(
      'no-images',
      `The images of ${data.id} are stored encoded, which a figure cannot read.`,
      {
        hint: 'Store them with `store: decoded`, or attack fewer images of them.',
      },
    );
  }
  return readPart((name) => sources.file(data.id, name) ?? name, part);
}
