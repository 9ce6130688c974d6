import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Project } from '../support/project.ts';

async function failure(run: string, files: Readonly<Record<string, string>> = {}, executable: string[] = []) {
  const project = new Project({
    'pipelines/p.yaml': `pipeline: p\nstages: {a: {uses: command, with: {run: ${run}}}}\n`,
    ...files,
  });
  for (const file of executable) chmodSync(project.path(file), 0o755);
  const { list, code } = await project.events('p');
  expect(code).toBe(1);
  return list.find(({ event }) => event === 'cell-failed');
}

describe('a program that cannot be started is told with what to do', () => {
  test('where it is a file of the project without ./', async () => {
    expect(await failure('[go.sh]', { 'go.sh': '' })).toMatchObject({
      reason: 'program-not-found',
      hint: 'To run the file of this name in the project, write ./go.sh.',
    });
  });

  test('where its interpreter is missing', async () => {
    const files = { 'go.sh': '#!/usr/bin/nope -x\n' };
    expect(await failure('[./go.sh]', files, ['go.sh'])).toMatchObject({
      reason: 'interpreter-not-found',
      message: 'The interpreter of ./go.sh, /usr/bin/nope, was not found.',
    });
  });

  test('where its first line ends as on Windows', async () => {
    const files = { 'go.sh': '#!/bin/sh\r\ntrue\r\n' };
    expect(await failure('[./go.sh]', files, ['go.sh'])).toMatchObject({
      message: 'The first line of ./go.sh ends with a carriage return, so its interpreter is not found.',
      hint: expect.stringContaining("sed -i 's/\\r$//' ./go.sh"),
    });
  });

  test('where it may not be executed', async () => {
    expect(await failure('[./go.sh]', { 'go.sh': '#!/bin/sh\n' })).toMatchObject({
      reason: 'not-executable',
      hint: expect.stringContaining('chmod +x ./go.sh'),
    });
  });

  test('where it is a folder', async () => {
    expect(await failure('[./go]', { 'go/x': '' })).toMatchObject({
      reason: 'not-a-program',
      message: './go is a folder.',
    });
  });
});

describe('a program that ends badly is told with what that means', () => {
  test.each([
    ['no-such-program', /127/, /not found/],
    ['./go.sh', /126/, /chmod \+x/],
    ["sh -c 'kill -9 $$'", /137, which shells use for a program that was ended by SIGKILL/, /out of memory/],
    ['kill -9 $$', /killed by SIGKILL/, /out of memory/],
    ['kill -ABRT $$', /ended by SIGABRT/, /heap/],
  ])('%s', async (line, message, hint) => {
    // A command after it keeps the shell from becoming that program.
    const run = line.startsWith('kill') ? line : `${line}; exit $?`;
    expect(await failure(`"${run}"`, { 'go.sh': '#!/bin/sh\n' })).toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});

describe('values that no table can show are told by name', () => {
  test.each([
    ['{"x": 1, "loss": NaN}', 'The value loss is NaN.', 'value-not-finite'],
    ['{"loss": -Infinity}', 'The value loss is -Infinity.', 'value-not-finite'],
    ['{"loss": 1e999}', 'The value loss is Infinity.', 'value-not-finite'],
    ['{"loss": "1"}', 'The value loss is the text "1", not a number.', 'bad-values'],
    ['{"loss": true}', 'The value loss is true, not a number.', 'bad-values'],
    ['{"loss": [1]}', 'The value loss is a list, not a number.', 'bad-values'],
    ['[1]', 'values.json must be an object, not a list.', 'bad-values'],
    ['{x: 1}', expect.stringContaining('values.json is not JSON: '), 'bad-values'],
  ])('%s in values.json', async (text, message, reason) => {
    const failed = await failure('"cp v.json $RETABLE_OUTPUT/values.json"', { 'v.json': text });
    expect(failed).toMatchObject({ message, reason, hint: expect.any(String) });
  });

  test('a folder in the place of values.json', async () => {
    expect(await failure('"mkdir $RETABLE_OUTPUT/values.json"')).toMatchObject({
      message: "values.json can't be read: it is a folder.",
    });
  });

  test.each([
    ['0 / 0', 'The value loss is NaN.'],
    ["'1'", 'The value loss is the text "1", not a number.'],
  ])('values({loss: %s}) of a kind', async (value, message) => {
    const project = new Project({
      'pipelines/p.yaml': 'pipeline: p\nstages: {a: {uses: own}}\n',
      'stages/own.ts': `export default { description: 'Own.', parameters: { type: 'object', properties: {} }, inputs: {}, output: 'x', run: async ({ values }) => values({ loss: ${value} }) };\n`,
    });
    const { list } = await project.events('p');
    expect(list.find(({ event }) => event === 'cell-failed')).toMatchObject({
      message,
      hint: expect.any(String),
    });
  });
});
