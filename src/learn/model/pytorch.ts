import type { HostTensor, Tensors } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import type { Safetensors } from '../weights/format.ts';
import { inverse, permute } from '../weights/permute.ts';
import { toFloat32 } from '../weights/to-float32.ts';
import { weightsFor } from './fit.ts';
import type { Model, TensorSpec } from './model.ts';

/**
 * A model's parameters and state in PyTorch's layout: filters [out, in, height, width] (depthwise ones [channels, 1,
 * height, width]), dense weights [out, in]. The names are already those of PyTorch.
 * @throws Failure `shape-mismatch` if the weights belong to another model
 */
export function toPytorch(model: Model, weights: Tensors): Tensors {
  const fitting = weightsFor(model, weights);
  const entries = specsOf(model).flatMap((spec) => {
    const tensor = fitting[spec.name];
    return tensor ? [[spec.name, permute(tensor, axesOf(spec))] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** How to read the names of a file. */
export interface Renaming {
  /** Prefix of all names in the file, such as the `module.` of DataParallel. */
  readonly prefix: string;
  /** Prefixes, after `prefix`, of names to ignore. */
  readonly ignore: readonly string[];
}

/**
 * The inverse of `toPytorch`, for a file with the names and layouts of PyTorch. 16-bit and 64-bit numbers are
 * converted to float32. PyTorch's batch counters (`num_batches_tracked`) are ignored.
 * @param path for messages
 * @throws Failure `weights-do-not-fit`; its details list what is `missing`, `unknown` and `misshapen`
 */
export function fromPytorch(
  path: string,
  { tensors }: Pick<Safetensors, 'tensors'>,
  model: Model,
  { prefix, ignore }: Renaming,
): Tensors {
  const others = Object.keys(tensors).filter((name) => !name.startsWith(prefix));
  const given = new Map(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
  const fitting: Record<string, HostTensor> = {};
  const [missing, misshapen]: [string[], string[]] = [[], []];
  for (const spec of specsOf(model)) {
    const tensor = given.get(spec.name);
    given.delete(spec.name);
    const axes = axesOf(spec);
    const expected = axes.map((axis) => spec.shape[axis]);
    if (tensor === undefined) {
      missing.push(spec.name);
      continue;
    }
    const { dtype, shape } = tensor;
    const data = shape.join() === expected.join() ? toFloat32(tensor) : undefined;
    if (data) fitting[spec.name] = permute({ shape, data }, inverse(axes));
    else misshapen.push(`${spec.name} (${dtype} [${shape}], not F32 [${expected}])`);
  }
  const unknown = [...given.keys(), ...others].filter(
    (name) => !name.endsWith('.num_batches_tracked') && !ignore.some((start) => name.startsWith(start)),
  );
  const misfit = { missing, unknown, misshapen };
  if (missing.length + unknown.length + misshapen.length > 0) throw doNotFit(path, model, misfit);
  return fitting;
}

interface Misfit {
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
  /** With PyTorch's types and shapes of both. */
  readonly misshapen: readonly string[];
}

function doNotFit(path: string, model: Model, misfit: Misfit): Failure {
  const parts = Object.entries(misfit).flatMap(([what, names]) =>
    names.length > 0 ? [`${names.length} ${what}: ${shortened(names)}`] : [],
  );
  return new Failure(
    'weights-do-not-fit',
    `${path} does not contain the weights of ${model.name} for images [${model.inputShape}] of ${model.classes} classes. ${parts.join('; ')}.`,
    { hint: hintOf(model, misfit), details: { path, ...misfit } },
  );
}

function hintOf(model: Model, { missing, unknown }: Misfit): string {
  const name = model.parameters[0]?.name ?? '';
  const [prefixed] = unknown
    .filter((other) => other.endsWith(`.${name}`))
    .sort((a, b) => a.length - b.length);
  if (prefixed && missing.includes(name))
    return `The names in the file have a prefix: set \`prefix: ${prefixed.slice(0, -name.length)}\`.`;
  if (missing.length === 0 && unknown.length > 0) {
    return 'Name tensors that the model does not use in `ignore`, such as `sub_block1.` in files of TRADES.';
  }
  return 'Check `net`, `input-shape` and `classes`.';
}

function shortened(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown}, …` : shown;
}

function specsOf({ parameters, state }: Model): readonly TensorSpec[] {
  return [...parameters, ...state];
}

/** For each axis of PyTorch's tensor, our axis. */
function axesOf({ shape, pytorchAxes }: Pick<TensorSpec, 'shape' | 'pytorchAxes'>): readonly number[] {
  if (pytorchAxes) return pytorchAxes;
  if (shape.length === 4) return [3, 2, 0, 1];
  return shape.map((_, axis) => axis).reverse();
}
