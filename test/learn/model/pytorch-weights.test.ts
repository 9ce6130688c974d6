import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../../src/engine/engine.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { fromPytorch, type Renaming, toPytorch } from '../../../src/learn/model/pytorch.ts';
import type { EncodedTensor, SafeTensor } from '../../../src/learn/weights/format.ts';
import { greatestDifference } from '../calculate.ts';
import { families, usedWeights } from '../families.ts';
import { dataOf, forward, wave } from '../waves.ts';

const settings = { inputShape: [16, 12, 3], classes: 3 } as const;
const models = families(settings);
const images = wave([4, 16, 12, 3], 5, 0.5, 0.5);
const asIs: Renaming = { prefix: '', ignore: [] };

// Logits of the four images, made with PyTorch 1.13 in double precision. The weights are waves in PyTorch's own layout.
const logits: Readonly<Record<string, readonly number[]>> = {
  'a ResNet of three stages': [
    [0.971986, -2.427593, -1.461409, 0.829557, -2.061949, -1.149259],
    [0.721162, -2.336813, -1.362147, 0.879423, -2.307513, -1.541987],
  ].flat(),
  'a ResNet in the layout of resnet-18': [
    [2.460857, -0.53042, 0.942828, 2.737118, -1.192383, 0.051549],
    [2.552418, -1.258408, 0.027806, 2.013585, -0.556905, 0.672471],
  ].flat(),
  'a pre-activation ResNet': [
    [0.936445, -1.964701, 1.345628, 2.295358, -1.30898, 0.402461],
    [0.410287, -1.478242, 0.644573, 0.538019, -0.53075, 1.072111],
  ].flat(),
  'a MobileNetV2': [
    [-11.567207, 1.873134, 1.045886, -14.330694, 10.356945, 1.86209],
    [-15.140047, 3.230272, 6.93502, -15.635005, 10.807256, -0.106352],
  ].flat(),
  'a ResNet for ImageNet of bottlenecks': [
    [-0.053789, 0.023857, 0.510614, 1.100254, 0.205923, 1.0748],
    [-0.335315, -0.456503, 0.42694, -0.321059, 0.373259, 0.72589],
  ].flat(),
  'a wide ResNet': [
    [8.191741, 100.225874, 169.886001, 5.743067, 100.383594, 167.384689],
    [3.622057, 96.446974, 169.982998, 5.344968, 98.21304, 171.776821],
  ].flat(),
};

function modelOf(name: string) {
  const model = models[name];
  if (!model) throw new Error(`There is no ${name}`);
  return model;
}

/** As float32 tensors of a file. */
function stored(tensors: Tensors): Record<string, SafeTensor> {
  const entries = Object.entries(tensors).map(([name, { shape, data }]): [string, SafeTensor] => [
    name,
    { dtype: 'F32', shape, data: Float32Array.from(data) },
  ]);
  return Object.fromEntries(entries);
}

describe.each(Object.entries(logits))('the weights of %s', (name, expected) => {
  const model = modelOf(name);
  const names = toPytorch(model, usedWeights(model));

  it('in the layout of PyTorch give the logits of PyTorch', async () => {
    const waves = Object.entries(names).map(([tensor, { shape }]) => {
      const fanIn = shape.slice(1).reduce((product, extent) => product * extent, 1);
      if (shape.length > 1) return [tensor, wave(shape, tensor.length, 0, Math.sqrt(6 / fanIn))];
      const isScale = tensor.endsWith('running_var') || tensor.endsWith('weight');
      return [tensor, isScale ? wave(shape, tensor.length, 1, 0.3) : wave(shape, tensor.length, 0, 0.2)];
    });
    const tensors = stored(Object.fromEntries(waves));
    const outputs = await forward(model, 'eval', fromPytorch('file', { tensors }, model, asIs), images);
    const error = greatestDifference(dataOf(outputs, 'logits'), expected);
    expect(error / Math.max(...expected.map(Math.abs))).toBeLessThan(1e-5);
  });

  it('come back from that layout as they were', () => {
    const weights = usedWeights(model);
    const tensors = stored(toPytorch(model, weights));
    expect(fromPytorch('file', { tensors }, model, asIs)).toEqual(weights);
  });
});

describe('the layout of PyTorch', () => {
  it('has channels out first, and one channel in for depthwise filters', () => {
    const model = createModel('mobilenet-v2', { inputShape: [8, 8, 3], classes: 5 });
    const shapes = toPytorch(model, usedWeights(model));
    expect(shapes['conv1.weight']?.shape).toEqual([32, 3, 3, 3]);
    expect(shapes['layers.3.conv2.weight']?.shape).toEqual([144, 1, 3, 3]);
    expect(shapes['layers.3.conv3.weight']?.shape).toEqual([32, 144, 1, 1]);
    expect(shapes['linear.weight']?.shape).toEqual([5, 1280]);
  });
});

describe('weights that do not fit', () => {
  const model = createModel('wrn-10-1', settings);
  const tensors = stored(toPytorch(model, usedWeights(model)));
  const failure = (given: Record<string, SafeTensor | EncodedTensor>, renaming = asIs) => {
    try {
      fromPytorch('w.safetensors', { tensors: given }, model, renaming);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const renamed = (rename: (name: string) => string) =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));

  it('are refused with all that is missing, unknown or of another shape or type', () => {
    const { 'fc.bias': bias, 'bn1.weight': scale, ...others } = tensors;
    if (!bias || !scale) throw new Error('There is no bias');
    const given: Record<string, SafeTensor> = {
      ...others,
      'linear.bias': bias,
      'bn1.weight': { dtype: 'I32', shape: [64], data: new Int32Array(64) },
      // Of the right number of values, but as this project lays them out.
      'fc.weight': { dtype: 'F32', shape: [64, 3], data: new Float32Array(192) },
    };
    const misshapen = ['bn1.weight (I32 [64], not F32 [64])', 'fc.weight (F32 [64,3], not F32 [3,64])'];
    const found = failure(given);
    expect(found).toMatchObject({
      reason: 'weights-do-not-fit',
      message:
        'w.safetensors does not contain the weights of wrn-10-1 for images [16,12,3] of 3 classes. ' +
        `1 missing: fc.bias; 1 unknown: linear.bias; 2 misshapen: ${misshapen.join(', ')}.`,
      hint: 'Check `net`, `input-shape` and `classes`.',
    });
    expect(found).toMatchObject({ details: { missing: ['fc.bias'], unknown: ['linear.bias'], misshapen } });
  });

  it('are named by what all names begin with, if that is what is wrong, and fit with it', () => {
    const given = renamed((name) => `module.${name}`);
    expect(failure(given)).toMatchObject({ hint: expect.stringContaining('`prefix: module.`') });
    expect(failure(given, { prefix: 'module.', ignore: [] })).toBeUndefined();
    const both = { ...given, 'conv1.weight': tensors['fc.bias'] as SafeTensor };
    expect(failure(both, { prefix: 'module.', ignore: [] })).toMatchObject({
      details: { missing: [], unknown: ['conv1.weight'], misshapen: [] },
    });
  });

  it('may have counts of batches, and what is to be ignored', () => {
    const count: SafeTensor = { dtype: 'I64', shape: [], data: BigInt64Array.of(12n) };
    const given = { ...tensors, 'bn1.num_batches_tracked': count, 'sub_block1.layer.0.bn1.weight': count };
    expect(failure(given)).toMatchObject({ hint: expect.stringContaining('`ignore`') });
    expect(failure(given, { prefix: '', ignore: ['sub_block1.'] })).toBeUndefined();
    const mask: EncodedTensor = { dtype: 'BOOL', shape: [2], data: Uint8Array.of(0, 1) };
    const masked = { ...tensors, 'bn1.num_batches_tracked': mask, mask };
    expect(failure(masked)).toMatchObject({ details: { missing: [], unknown: ['mask'], misshapen: [] } });
    expect(failure(masked, { prefix: '', ignore: ['mask'] })).toBeUndefined();
  });

  it('may be floats of 16 or 64 bits, but no integers of other widths', () => {
    // 1.5 in each type.
    const halves: EncodedTensor[] = [
      { dtype: 'F16', shape: [3], data: Uint8Array.of(0, 0x3e, 0, 0x3e, 0, 0x3e) },
      { dtype: 'BF16', shape: [3], data: Uint8Array.of(0xc0, 0x3f, 0xc0, 0x3f, 0xc0, 0x3f) },
      { dtype: 'F64', shape: [3], data: new Uint8Array(Float64Array.of(1.5, 1.5, 1.5).buffer) },
    ];
    for (const bias of halves) {
      const read = fromPytorch('file', { tensors: { ...tensors, 'fc.bias': bias } }, model, asIs);
      expect(read['fc.bias']).toEqual({ shape: [3], data: Float32Array.of(1.5, 1.5, 1.5) });
    }
    const whole: EncodedTensor = { dtype: 'I16', shape: [3], data: new Uint8Array(6) };
    expect(failure({ ...tensors, 'fc.bias': whole })).toMatchObject({
      details: { misshapen: ['fc.bias (I16 [3], not F32 [3])'] },
    });
  });
});
