import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import type { CellId } from '../../src/pipeline/pipeline.ts';
import type { Job } from '../../src/run/job.ts';
import { jobCommand } from '../../src/run/job-command.ts';
import { Project } from '../support/project.ts';

afterEach(() => vi.unstubAllEnvs());

async function environment(cpu: number): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(join(tmpdir(), 'retable-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const job: Job = {
    ...{
      cell: 'data' as CellId,
      program: null,
      module: '',
      engine: null,
      parameters: {},
      inputs: {},
      timeout: null,
    },
    ...{ folder, output: folder, scratch: folder, trajectory: folder, log: folder, events: folder },
    places: { project: folder, home: folder, dataDir: undefined },
    allocation: { cpu, memory: 0, gpus: [] },
  };
  return (await jobCommand(job)).env;
}

test('a cell with many cores has a thread of Node for each, and one for its engine; a user may set another number', async () => {
  vi.stubEnv('UV_THREADPOOL_SIZE', undefined);
  expect(await environment(16)).toEqual({ UV_THREADPOOL_SIZE: '17' });
  // Node has four threads of itself.
  expect(await environment(2)).toEqual({});
  vi.stubEnv('UV_THREADPOOL_SIZE', '8');
  expect(await environment(16)).toEqual({});
});

test('a kind knows how many cores its cell was given', async () => {
  const project = new Project({
    'pipelines/p.yaml': `pipeline: p
stages:
  one: {uses: cores}
`,
    'stages/cores.ts': `export default {
  description: 'Tells its cores.',
  parameters: { type: 'object', properties: {} },
  inputs: {},
  output: 'results',
  values: { cores: { part: 'none', description: 'x' } },
  async run({ cores, values }) {
    values({ cores });
  },
};
`,
  });
  const { list } = await project.events('p');
  expect(list.find(({ event }) => event === 'cell-finished')).toMatchObject({ values: { cores: 1 } });
});
