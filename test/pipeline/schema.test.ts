import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pipelineSchema } from '../../src/pipeline/schema.ts';
import { kinds } from './kinds.ts';

const validate = new Ajv({ strict: false, validateFormats: false }).compile(pipelineSchema(kinds));
const head = 'pipeline: p\nstages:\n';

describe('the schema for editors', () => {
  it('takes the example of the manual', () => {
    expect(
      validate(parse(readFileSync(new URL('example.yaml', import.meta.url), 'utf8'))),
      JSON.stringify(validate.errors),
    ).toBe(true);
  });

  it.each([
    'tune: {stage: a, space: {lr: {log: [0.01, 1]}, net: [x, y]}, trials: 9, maximise: a.validation}',
    'tune: {stage: a, space: {n: {int: [1, 9], log: true, when: {net: x}}}, sampler: grid, minimise: {value: a.loss, part: train}}',
    `tune: {stage: a, space: {e: {uniform: [0, 8/255]}}, trials: "\${{ params.n }}", rungs: {epochs: [1, 3], keep: 1/3}, maximise: a.x}`,
  ])('takes the sweep %s', (sweep) => {
    const text = `${head}  a: {uses: train}\nsweeps:\n  ${sweep}`;
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    `a: {uses: train, with: {epsilon: 8/255, schedule: [1/2, "\${{ params.x }}"], optimizer: {rate: 1/3}, epochs: "\${{ matrix.e }}"}}`,
    'a: {uses: transfer, with: {epsilon: 8/255}, needs: {data: d, teacher: {stage: [t], where: {seed: [1, 2]}}}}',
    'a: {uses: command, needs: {anything: x}, with: {run: [a], env: {A: b}}}',
    `a: {uses: dataset, timeout: 90s, resources: {memory: 2GB}, matrix: {x: "\${{ params.s }}", include: [{y: 1}]}}`,
    'a: {uses: defend, with: {method: trades, beta: 1/2, epsilon: 8/255}}',
    'a: {uses: defend, with: {beta: 1}, matrix: {method: [plain, mart]}}',
    'a: {uses: defend, with: {method: pgd-50, step-size: 0.1, seed: 3}}',
    `a: {uses: defend, with: {method: "\${{ params.m }}", alpha: 1}}`,
  ])('takes %s', (stage) => {
    expect(validate(parse(`${head}  ${stage}`)), JSON.stringify(validate.errors)).toBe(true);
  });

  const figured = (figure: string) => validate(parse(`${head}  a: {uses: train}\nfigures:\n  f: ${figure}`));

  it.each([
    '{plot: line, value: a.loss, x: epochs, series: [a.method], panels: net, over: seed, band: sem, log: x}',
    '{plot: scatter, x: a.loss, y: a.validation, points: seed, where: {method: [plain, trades], epochs: 1}}',
    `{plot: bars, value: [a.loss], groups: method, format: percent, labels: "\${{ params.labels }}", title: t}`,
    '{plot: history, of: [a], values: [loss], x: step, format: {loss: percent}, log: [x, loss], notes: n}',
    '{plot: images, of: a, rows: seed, examples: [0, 3], amplify: 2.5}',
    '{plot: sweep, sweep: tune, format: percent}',
  ])('takes the figure %s', (figure) => {
    expect(figured(figure), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    '{value: a.loss, x: epochs}',
    '{plot: lines, value: a.loss, x: epochs}',
    '{plot: line, value: a.loss}',
    '{plot: line, value: a.loss, x: epochs, groups: seed}',
    '{plot: bars, value: a.loss, band: stdev}',
    '{plot: images, of: a, examples: 0}',
    '{plot: sweep, sweep: tune, over: seed}',
  ])('refuses the figure %s', (figure) => {
    expect(figured(figure)).toBe(false);
  });

  it.each([
    'a: {uses: nothing}',
    'a: {uses: dataset, with: {nmae: x}}',
    'a: {uses: dataset, with: {size: big}}',
    'a: {uses: dataset, with: {size: 0}}',
    'a: {uses: train, with: {method: pgd}}',
    'a: {uses: train, with: {optimizer: {nam: x}}}',
    'a: {uses: attack, needs: {modle: x}}',
    'a: {uses: defend, with: {method: plain, beta: 1}}',
    'a: {uses: defend, with: {method: pgd-0}}',
    'a: {uses: defend, with: {method: trades, beta: much}}',
    'a: {uses: defend, with: {bteta: 1}}',
    'a: {uses: dataset, matrix: {x: 1}}',
    'a: {uses: dataset, timeout: soon}',
    'a: {with: {}}',
    '1a: {uses: dataset}',
  ])('refuses %s', (stage) => {
    expect(validate(parse(`${head}  ${stage}`))).toBe(false);
  });

  it('is JSON and nothing else', () => {
    const schema = pipelineSchema(kinds);
    expect(JSON.parse(JSON.stringify(schema))).toStrictEqual(schema);
  });

  it('says nothing against files that load with a warning', () => {
    const folder = new URL('golden/', import.meta.url);
    for (const name of readdirSync(folder).filter((one) => one.endsWith('.txt'))) {
      if (!/^\d+ warnings?$/m.test(readFileSync(new URL(name, folder), 'utf8'))) continue;
      expect(
        validate(parse(readFileSync(new URL(name.replace('.txt', '.yaml'), folder), 'utf8'))),
        name,
      ).toBe(true);
    }
  });
});
