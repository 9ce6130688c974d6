import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openPipeline } from '../../src/cli/workspace.ts';
import type { RunEvent } from '../../src/run/events.ts';
import type { Executor } from '../../src/run/executor.ts';
import { thisMachine } from '../../src/run/resources.ts';
import { run } from '../../src/run/run.ts';
import { counting } from '../support/counting.ts';
import { Project } from '../support/project.ts';

/** The executor that docs/executors.md shows, from its text. */
async function documented(): Promise<Executor> {
  const [code = ''] = /(?<=```ts\n)[\s\S]*?(?=```)/.exec(readFileSync('docs/executors.md', 'utf8')) ?? [];
  const project = new Project({});
  writeFileSync(project.path('detached-executor.ts'), code.replaceAll("'./", `'${resolve('src/run')}/`));
  const { DetachedExecutor } = await import(project.path('detached-executor.ts'));
  return new DetachedExecutor();
}

/** Names of all artifacts: the digests of what they hold. */
function artifacts(project: Project): string[] {
  return readdirSync(project.path('cache/artifacts'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .sort();
}

test('an executor of one file runs a pipeline to the same artifacts as the local one', async () => {
  const executor = await documented();
  const [here, elsewhere] = [new Project(counting), new Project(counting)];
  await here.run('count');
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  process.chdir(elsewhere.folder);
  const opened = await openPipeline('count', {}, 'write');
  const events: RunEvent[] = [];
  const summary = await run({
    ...opened,
    settings: '',
    places: opened.workspace.places,
    cells: opened.pipeline.cells,
    machine: thisMachine(opened.pipeline.cells),
    executor,
    jobs: 2,
    failFast: false,
    signal: new AbortController().signal,
    emit: (event) => void events.push(event),
  });
  opened.cache.close();
  expect(events.filter(({ event }) => event === 'cell-failed')).toEqual([]);
  expect(summary).toMatchObject({ executed: 10, failed: 0 });
  expect(artifacts(elsewhere)).toEqual(artifacts(here));
  const [attempt = ''] = readdirSync(elsewhere.path('cache/attempts'));
  expect(elsewhere.read(join('cache/attempts', attempt, 'handle.json'))).toContain('exitFile');
});
