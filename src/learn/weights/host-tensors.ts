import type { HostTensor, Tensors } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import type { ReplaceOptions } from '../../replace-file.ts';
import type { SafeTensor } from './format.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/**
 * Writes tensors of an engine, such as a model's parameters, to a safetensors file.
 * @throws as `writeSafetensors`
 */
export async function writeTensors(
  path: string,
  tensors: Tensors,
  metadata?: Readonly<Record<string, string>>,
  options?: ReplaceOptions,
): Promise<void> {
  const entries = Object.entries(tensors).map(([name, tensor]) => [name, toSafe(tensor)] as const);
  await writeSafetensors(path, Object.fromEntries(entries), metadata, options);
}

/**
 * Reads a safetensors file as tensors for an engine.
 * @throws Failure `bad-safetensors`, also for tensors that are not F32 or I32; `no-such-file`
 */
export async function readTensors(
  path: string,
): Promise<{ tensors: Tensors; metadata: Readonly<Record<string, string>> }> {
  const { tensors, metadata } = await readSafetensors(path);
  const entries = Object.entries(tensors).map(([name, { dtype, shape, data }]): [string, HostTensor] => {
    if (dtype !== 'F32' && dtype !== 'I32')
      throw new Failure('bad-safetensors', `${path}: tensor "${name}" is ${dtype}, not F32 or I32.`);
    return [name, { shape, data }];
  });
  return { tensors: Object.fromEntries(entries), metadata };
}

function toSafe({ shape, data }: HostTensor): SafeTensor {
  return data instanceof Float32Array ? { dtype: 'F32', shape, data } : { dtype: 'I32', shape, data };
}
