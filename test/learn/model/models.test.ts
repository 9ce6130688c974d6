import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { checkDataset, weightsFor } from '../../../src/learn/model/fit.ts';
import { initialise } from '../../../src/learn/model/init.ts';
import { createModel, modelNames, parameterCount } from '../../../src/learn/model/models.ts';
import { preactResnet } from '../../../src/learn/model/preact-resnet.ts';

const cifar = { inputShape: [32, 32, 3], classes: 10 } as const;
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

describe('a model by name', () => {
  it.each([
    // Counts of the official PyTorch code (robustness.md, section 5) and of the three-stage nets with projections.
    ['resnet-18', 10, 11_173_962],
    ['resnet-18', 100, 11_220_132],
    ['resnet-34', 10, 21_282_122],
    ['resnet-34', 100, 21_328_292],
    ['resnet-50', 10, 23_520_842],
    ['resnet-50', 100, 23_705_252],
    ['resnet-18-imagenet', 1000, 11_689_512],
    ['resnet-34-imagenet', 1000, 21_797_672],
    ['resnet-50-imagenet', 1000, 25_557_032],
    ['resnet-20-w16', 10, 272_474],
    // With the last batch norm, as in the code of Rice et al.
    ['preact-resnet-18', 10, 11_172_170],
    ['preact-resnet-18', 100, 11_218_340],
    ['mobilenet-v2', 10, 2_296_922],
    ['mobilenet-v2', 100, 2_412_212],
    // Without the `sub_block1` of the TRADES code, which is never used.
    ['wrn-16-1', 10, 175_066],
    ['wrn-16-4', 10, 2_748_890],
    ['wrn-16-4', 100, 2_772_020],
    ['wrn-28-10', 10, 36_479_194],
    ['wrn-34-10', 10, 46_160_474],
    ['wrn-34-10', 100, 46_218_164],
    ['wrn-40-2', 10, 2_243_546],
    ['wrn-70-16', 10, 266_796_506],
  ])('%s for %i classes has %i parameters', (name, classes, count) => {
    expect(parameterCount(createModel(name, { ...cifar, classes }))).toBe(count);
  });

  it('resnet-18 tracks the 9,600 running statistics of its 20 batch norms', () => {
    const { state } = createModel('resnet-18', cifar);
    expect(state).toHaveLength(40);
    expect(state.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(9_600);
  });

  it('names its tensors as PyTorch does', () => {
    const { parameters, state } = createModel('resnet-8-w8', cifar);
    expect(parameters.map(({ name }) => name)).toEqual([
      ...['conv1.weight', 'bn1.weight', 'bn1.bias'],
      ...block('layer1.0', false),
      ...block('layer2.0', true),
      ...block('layer3.0', true),
      ...['linear.weight', 'linear.bias'],
    ]);
    expect(state.map(({ name }) => name)).toContain('layer2.0.shortcut.1.running_var');
    expect(parameters.find(({ name }) => name === 'layer2.0.conv1.weight')?.shape).toEqual([3, 3, 8, 16]);
  });

  it('names the tensors of wide ResNets as the PyTorch code of TRADES does', () => {
    const { parameters, state } = createModel('wrn-16-1', cifar);
    expect(parameters.map(({ name }) => name)).toEqual([
      'conv1.weight',
      ...preActivationBlock('block1.layer.0'),
      ...preActivationBlock('block1.layer.1'),
      ...preActivationBlock('block2.layer.0', 'convShortcut'),
      ...preActivationBlock('block2.layer.1'),
      ...preActivationBlock('block3.layer.0', 'convShortcut'),
      ...preActivationBlock('block3.layer.1'),
      ...['bn1.weight', 'bn1.bias', 'fc.weight', 'fc.bias'],
    ]);
    expect(state.map(({ name }) => name)).toContain('block3.layer.1.bn2.running_var');
    const shortcut = parameters.find(({ name }) => name === 'block2.layer.0.convShortcut.weight');
    expect(shortcut?.shape).toEqual([1, 1, 16, 32]);
  });

  it('names the tensors of pre-activation ResNets as the PyTorch code of Rice et al. does', () => {
    const { parameters, state } = preactResnet({ name: 'short', ...cifar, widths: [8, 16], blocks: [2, 1] });
    expect(parameters.map(({ name }) => name)).toEqual([
      'conv1.weight',
      ...preActivationBlock('layer1.0'),
      ...preActivationBlock('layer1.1'),
      ...preActivationBlock('layer2.0', 'shortcut.0'),
      ...['bn.weight', 'bn.bias', 'linear.weight', 'linear.bias'],
    ]);
    expect(state.map(({ name }) => name)).toContain('bn.running_mean');
  });

  it('names the tensors of ResNets for ImageNet as torchvision does', () => {
    const { parameters, state } = createModel('resnet-50-imagenet', { ...cifar, classes: 1000 });
    expect(parameters.map(({ name }) => name).slice(0, 15)).toEqual([
      ...['conv1.weight', 'bn1.weight', 'bn1.bias'],
      ...[1, 2, 3]
        .flatMap((k) => [`conv${k}.weight`, `bn${k}.weight`, `bn${k}.bias`])
        .map(inBlock('layer1.0')),
      ...['downsample.0.weight', 'downsample.1.weight', 'downsample.1.bias'].map(inBlock('layer1.0')),
    ]);
    expect(parameters.slice(-2).map(({ name }) => name)).toEqual(['fc.weight', 'fc.bias']);
    expect(state.at(-1)?.name).toBe('layer4.2.bn3.running_var');
    const shapes = Object.fromEntries(parameters.map(({ name, shape }) => [name, shape]));
    expect(shapes['conv1.weight']).toEqual([7, 7, 3, 64]);
    expect(shapes['layer2.0.conv2.weight']).toEqual([3, 3, 128, 128]);
    expect(shapes['layer2.0.downsample.0.weight']).toEqual([1, 1, 256, 512]);
  });

  it('names the tensors of MobileNetV2 as the PyTorch code for CIFAR does', () => {
    const { parameters, state } = createModel('mobilenet-v2', cifar);
    const names = parameters.map(({ name }) => name);
    expect(names.slice(0, 15)).toEqual([
      ...['conv1.weight', 'bn1.weight', 'bn1.bias'],
      ...[1, 2, 3]
        .flatMap((k) => [`conv${k}.weight`, `bn${k}.weight`, `bn${k}.bias`])
        .map(inBlock('layers.0')),
      ...['shortcut.0.weight', 'shortcut.1.weight', 'shortcut.1.bias'].map(inBlock('layers.0')),
    ]);
    expect(names.slice(-5)).toEqual([
      'conv2.weight',
      'bn2.weight',
      'bn2.bias',
      'linear.weight',
      'linear.bias',
    ]);
    // Shortcuts with a convolution are where channels change at stride 1.
    const projecting = names.filter((name) => name.endsWith('shortcut.0.weight'));
    expect(projecting).toEqual([0, 1, 10, 16].map((block) => `layers.${block}.shortcut.0.weight`));
    expect(state.map(({ name }) => name)).toContain('layers.16.bn3.running_var');
    expect(parameters.find(({ name }) => name === 'layers.3.conv2.weight')?.shape).toEqual([3, 3, 144, 1]);
  });

  it('says which names are near an unknown one', () => {
    expect(failureOf(() => createModel('resnet18', cifar))).toMatchObject({
      reason: 'unknown-model',
      hint: expect.stringContaining('resnet-18'),
    });
    expect(failureOf(() => createModel('resnet-9-w8', cifar)).message).toContain('6n + 2');
    expect(failureOf(() => createModel('wrn-18-4', cifar)).message).toContain('10, 16, 22, … (6n + 4)');
    expect(failureOf(() => createModel('wrn-16-0', cifar)).reason).toBe('unknown-model');
    expect(failureOf(() => createModel('constructor', cifar)).reason).toBe('unknown-model');
  });

  it('can be made by every name that is listed', () => {
    for (const name of modelNames()) expect(createModel(name, cifar).name).toBe(name);
  });
});

describe('initial values', () => {
  const { parameters } = createModel('resnet-8-w8', cifar);
  const values = initialise(parameters, 1);

  it("are PyTorch's: uniform within 1 / √fan-in, ones and zeros for batch norm", () => {
    const filter = [...(values['layer2.0.conv1.weight']?.data ?? [])];
    const bound = 1 / Math.sqrt(9 * 8);
    const greatest = Math.max(...filter.map(Math.abs));
    expect(greatest).toBeLessThanOrEqual(bound);
    expect(greatest).toBeGreaterThan(0.98 * bound);
    const variance = filter.reduce((sum, value) => sum + value * value, 0) / filter.length;
    expect(variance).toBeCloseTo(bound ** 2 / 3, 3);
    expect(new Set(values['bn1.weight']?.data)).toEqual(new Set([1]));
    expect(new Set(values['bn1.bias']?.data)).toEqual(new Set([0]));
  });

  it('of a tensor depend on its name and the seed alone', () => {
    const deeper = initialise(createModel('resnet-14-w8', cifar).parameters, 1);
    expect(deeper['conv1.weight']).toEqual(values['conv1.weight']);
    expect(initialise(parameters, 2)['conv1.weight']).not.toEqual(values['conv1.weight']);
  });
});

describe('what belongs to a model', () => {
  const model = createModel('resnet-8-w2', { inputShape: [4, 4, 1], classes: 2 });
  const weights = initialise([...model.parameters, ...model.state], 0);

  it('are the tensors of its names and shapes, and no others', () => {
    const extra = { shape: [1], data: Float32Array.of(1) };
    expect(Object.keys(weightsFor(model, { ...weights, extra }))).toEqual(Object.keys(weights));
    const { 'bn1.bias': _, ...incomplete } = weights;
    expect(failureOf(() => weightsFor(model, incomplete)).message).toContain("'bn1.bias' is missing");
    const wrong = { ...weights, 'bn1.bias': extra };
    expect(failureOf(() => weightsFor(model, wrong)).message).toContain('is [1], not [2]');
  });

  it('is data of its shape and classes', () => {
    const data = {
      images: new Uint8Array(16),
      labels: Int32Array.of(0),
      shape: [4, 4, 1] as const,
      classes: ['a', 'b'],
    };
    checkDataset(model, data);
    const rgb = { ...data, images: new Uint8Array(48), shape: [4, 4, 3] as const };
    expect(failureOf(() => checkDataset(model, rgb)).reason).toBe('shape-mismatch');
    expect(failureOf(() => checkDataset(model, { ...data, classes: ['a'] })).reason).toBe('shape-mismatch');
    expect(failureOf(() => checkDataset(model, { ...data, labels: new Int32Array() })).reason).toBe(
      'empty-dataset',
    );
    checkDataset({ ...model, classNames: ['a', 'b'] }, data);
    // An é of one code point, and one of two.
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    checkDataset({ ...model, classNames: ['a', composed] }, { ...data, classes: ['a', decomposed] });
    const others = failureOf(() => checkDataset({ ...model, classNames: ['b', 'a'] }, data));
    expect(others.reason).toBe('class-mismatch');
    expect(others.message).toContain('class 0 is "b" to it and "a" in the data, and 1 more class differs.');
    expect(others.hint).toContain('linear-probe');
  });
});

function inBlock(block: string): (name: string) => string {
  return (name) => `${block}.${name}`;
}

function block(name: string, projects: boolean): string[] {
  const inside = ['conv1.weight', 'bn1.weight', 'bn1.bias', 'conv2.weight', 'bn2.weight', 'bn2.bias'];
  const shortcut = projects ? ['shortcut.0.weight', 'shortcut.1.weight', 'shortcut.1.bias'] : [];
  return [...inside, ...shortcut].map((part) => `${name}.${part}`);
}

function preActivationBlock(name: string, shortcut?: string): string[] {
  const inside = ['bn1.weight', 'bn1.bias', 'conv1.weight', 'bn2.weight', 'bn2.bias', 'conv2.weight'];
  return [...inside, ...(shortcut ? [`${shortcut}.weight`] : [])].map((part) => `${name}.${part}`);
}

function failureOf(call: () => unknown): Failure {
  try {
    call();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('Nothing was thrown');
}
