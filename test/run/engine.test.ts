import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const kind = (usesEngine: string) => `export default {
  description: 'Starts an engine.',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  inputs: {},
  output: 'x',
  ${usesEngine}
  async run({ engine, values }) {
    await engine();
    values({ started: 1 });
  },
};
`;

test('a kind that asks for an engine without declaring it gets none, also beside one that declares it', async () => {
  const project = new Project({
    'pipelines/two.yaml': 'pipeline: two\nstages:\n  open: {uses: open}\n  secret: {uses: secret}\n',
    'stages/open.ts': kind('usesEngine: true,'),
    'stages/secret.ts': kind(''),
  });
  const { list } = await project.events('two', '--engine', 'cpu');
  expect(list.filter(({ event }) => event === 'cell-finished')).toMatchObject([{ cell: 'open' }]);
  expect(list.filter(({ event }) => event === 'cell-failed')).toMatchObject([
    { cell: 'secret', reason: 'undeclared-engine' },
  ]);
});
