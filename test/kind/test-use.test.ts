import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Type } from '@sinclair/typebox';
import { beforeAll, describe, expect, it } from 'vitest';
import { defineKind, type Kind, type NeededCell } from '../../src/kind/kind.ts';
import { partFiles } from '../../src/kind/parts.ts';
import { testUse } from '../../src/kind/test-use.ts';

const kinds = new Map<string, Kind>();
const kindOf = (name: string) => {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
};

/** A cell of the kind that it is named by: `train-2` is a `train`. */
function cell(
  id: string,
  needs: Readonly<Record<string, NeededCell>> = {},
  parameters: NeededCell['parameters'] = {},
): NeededCell {
  return { id, kind: id.replace(/-\d+$/, ''), parameters, needs };
}

const none = Type.Object({});
const own = {
  // Takes the model that is best on the test images.
  picker: defineKind({
    description: 'Picks a model.',
    parameters: none,
    inputs: {
      data: { type: 'dataset', description: 'the data', reads: partFiles('test') },
      model: { type: 'model', description: 'a model' },
    },
    output: 'model',
  }),
  // Does not say which part of the data it reads, nor what it reports.
  silent: defineKind({
    description: 'Counts.',
    parameters: none,
    inputs: { data: { type: 'dataset', description: 'the data' } },
    output: 'counts',
  }),
  // Says what it reports, but not what it reads.
  counter: defineKind({
    description: 'Counts.',
    parameters: none,
    inputs: { data: { type: 'dataset', description: 'the data' } },
    output: 'counts',
    values: { most: { part: 'train', description: 'The most.' } },
  }),
  // Uses counts.
  ratio: defineKind({
    description: 'A ratio.',
    parameters: none,
    inputs: { counts: { type: 'counts', description: 'the counts' } },
    output: 'counts',
    values: { ratio: { part: 'none', description: 'The ratio.' } },
  }),
};

beforeAll(async () => {
  for (const file of readdirSync('stages')) {
    const { default: kind } = (await import(resolve('stages', file))) as { default: Kind };
    kinds.set(file.replace(/\.ts$/, ''), kind);
  }
  for (const [name, kind] of Object.entries(own)) kinds.set(name, kind as unknown as Kind);
});

const data = cell('dataset');
const teacher = cell('train', { data });
const student = cell('transfer', { data, teacher });

describe('a value that does not depend on test images', () => {
  it.each([
    ['validation-accuracy', teacher],
    ['train-loss', student],
    [
      'validation-accuracy',
      cell('transfer-2', { data, teacher: cell('linear-probe', { data, model: teacher }) }),
    ],
    ['forward-gflops', cell('cost', { model: student })],
    ['test', data],
    ['examples', cell('attack', { data, model: student })],
    ['accuracy', cell('attack', { data, model: student }, { part: 'validation' })],
    ['slack', cell('theory', { data, student, teacher }, { part: 'validation' })],
    ['most', cell('counter', { data })],
  ])('is %s of %o', (value, one) => {
    expect(testUse(one, value, kindOf)).toBeUndefined();
  });
});

describe('a value depends on test images', () => {
  it('if it is measured on them', () => {
    const attack = cell('attack', { data, model: student }, { part: 'test' });
    expect(testUse(attack, 'accuracy', kindOf)).toEqual({ chain: ['attack'], certain: true });
    expect(testUse(attack, 'after-square', kindOf)).toEqual({ chain: ['attack'], certain: true });
  });

  it('if a model that it comes from was chosen on them, however far away', () => {
    const picked = cell('picker', { data, model: teacher });
    const far = cell('cost', { model: cell('transfer', { data, teacher: picked }) });
    expect(testUse(far, 'forward-gflops', kindOf)).toEqual({
      chain: ['cost', 'transfer', 'picker'],
      certain: true,
    });
  });
});

describe('a value may depend on test images', () => {
  it('if its kind does not declare it', () => {
    expect(testUse(cell('command'), 'accuracy', kindOf)).toEqual({ chain: ['command'], certain: false });
    expect(testUse(cell('silent', { data }), 'most', kindOf)).toEqual({ chain: ['silent'], certain: false });
    expect(testUse(teacher, 'made-up', kindOf)).toEqual({ chain: ['train'], certain: false });
  });

  it('if a needed cell reads a whole data set, or is a program', () => {
    const counted = cell('ratio', { counts: cell('counter', { data }) });
    expect(testUse(counted, 'ratio', kindOf)).toEqual({ chain: ['ratio', 'counter'], certain: false });
    const made = cell('ratio', { counts: cell('command') });
    expect(testUse(made, 'ratio', kindOf)).toEqual({ chain: ['ratio', 'command'], certain: false });
  });

  it('and does so if another needed cell surely reads them', () => {
    const attack = cell('attack', { data, model: student }, { part: 'test' });
    expect(testUse(cell('command', { first: cell('command-2'), second: attack }), 'x', kindOf)).toEqual({
      chain: ['command', 'attack'],
      certain: true,
    });
  });
});
