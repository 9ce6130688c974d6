import { expect, test } from 'vitest';
import { ENGINE_NAMES } from '../../src/engine/identity.ts';
import { Project } from '../support/project.ts';

interface Entry {
  readonly name: string;
  readonly available: boolean;
  readonly chosen: boolean;
  readonly why: string;
}

test('engines lists each engine, marks the one that is chosen, and says why others are not usable', async () => {
  const project = new Project({});
  const { engines } = await project.json<{ engines: Entry[] }>('engines');
  expect(engines.map(({ name }) => name)).toEqual(ENGINE_NAMES);
  // What comes with retable works everywhere.
  expect(engines.find(({ name }) => name === 'cpu')).toMatchObject({ available: true });
  const [chosen, ...others] = engines.filter((engine) => engine.chosen);
  expect(others).toEqual([]);
  expect(chosen).toMatchObject({ name: engines.find(({ available }) => available)?.name });
  for (const { available, why } of engines) if (!available) expect(why).toMatch(/cannot be used: /);
  const { stdout, code } = await project.retable('engines');
  expect(code).toBe(0);
  for (const { name, available, chosen } of engines)
    expect(stdout).toMatch(new RegExp(`^${chosen ? '\\*' : available ? ' ' : 'x'} ${name} `, 'm'));
});

test('engines says that the engine which a setting names is not usable here', async (context) => {
  const project = new Project({});
  const { engines } = await project.json<{ engines: Entry[] }>('engines');
  const missing = engines.find(({ available }) => !available)?.name;
  if (missing === undefined) return context.skip('all engines are usable here');
  const { finished } = project.start(['engines'], { RETABLE_ENGINE: missing });
  const { stdout } = await finished;
  expect(stdout).not.toMatch(/^\*/m);
  expect(stdout).toContain(`\nRETABLE_ENGINE chooses ${missing}, which is not usable here;`);
});
