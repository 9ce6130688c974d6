import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Tensors } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import { readTensors, writeTensors } from '../weights/host-tensors.ts';
import type { Model } from './model.ts';
import { createModel, type ModelSettings } from './models.ts';

const description = Type.Object({
  net: Type.String(),
  inputShape: Type.Tuple([Type.Integer(), Type.Integer(), Type.Integer()]),
  classes: Type.Integer(),
  /** In the order of the logits. Imported weights have none. */
  classNames: Type.Optional(Type.Array(Type.String())),
  normalise: Type.Optional(Type.Object({ mean: Type.Array(Type.Number()), std: Type.Array(Type.Number()) })),
  /** The epoch of the best weights, if there are any. */
  bestEpoch: Type.Optional(Type.Integer()),
});

/** A model without its weights: `model.json` of an artifact. */
export type ModelDescription = Static<typeof description>;

export type Checkpoint = 'last' | 'best';

/**
 * Writes a trained model as an artifact: `model.json`, `last.safetensors` and, if there are any, `best.safetensors`.
 * @param folder exists
 */
export async function writeModel(
  folder: string,
  model: ModelDescription,
  weights: { readonly last: Tensors; readonly best?: Tensors | undefined },
): Promise<void> {
  await writeFile(join(folder, 'model.json'), `${JSON.stringify(model, null, 2)}\n`);
  await writeTensors(join(folder, 'last.safetensors'), weights.last);
  if (weights.best) await writeTensors(join(folder, 'best.safetensors'), weights.best);
}

/**
 * Reads a trained model.
 * @param file returns the path of a file of the artifact, such as `InputArtifact.file`
 * @throws Failure `bad-model`, `bad-safetensors`, `no-such-file` if there is no best checkpoint
 */
export async function readModel(
  file: (name: string) => string,
  checkpoint: Checkpoint,
  taps: Pick<ModelSettings, 'tapBeforeRelu'> = {},
): Promise<{ model: Model; weights: Tensors; description: ModelDescription }> {
  const path = file('model.json');
  const described = parse(path, await readFile(path, 'utf8'));
  if (checkpoint === 'best' && described.bestEpoch === undefined) {
    throw new Failure(
      'no-best-checkpoint',
      'The model was trained without a validation part, so it has no best checkpoint.',
      {
        hint: 'Train it with `validation: N`, or use `checkpoint: last`.',
      },
    );
  }
  const { tensors } = await readTensors(file(`${checkpoint}.safetensors`));
  const { net, ...settings } = described;
  return { model: createModel(net, { ...settings, ...taps }), weights: tensors, description: described };
}

function parse(path: string, text: string): ModelDescription {
  try {
    return Value.Parse(description, JSON.parse(text));
  } catch (cause) {
    throw new Failure('bad-model', `${path} does not describe a model.`, {
      hint: 'Check the kind that wrote it.',
      cause,
    });
  }
}
