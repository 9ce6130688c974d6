import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const pipeline = (stages: Readonly<Record<string, object>>) => ({
  'pipelines/p.yaml': JSON.stringify({ pipeline: 'p', stages }),
});
const command = (settings: object, needs?: object) => ({
  uses: 'command',
  ...(needs && { needs }),
  with: settings,
});

async function failure(project: Project) {
  const { list } = await project.events('p');
  return list.find(({ event }) => event === 'cell-failed');
}

test.each([
  ['a link to a folder of the user', 'rmdir $RETABLE_OUTPUT; ln -s "$PWD/mine" $RETABLE_OUTPUT'],
  ['a link to nothing', 'rmdir $RETABLE_OUTPUT; ln -s nowhere $RETABLE_OUTPUT'],
  ['a file', 'rmdir $RETABLE_OUTPUT; echo x > $RETABLE_OUTPUT'],
  ['nothing', 'rmdir $RETABLE_OUTPUT'],
])('a program that puts %s in the place of its output folder fails, and nothing is moved', async (_, run) => {
  const project = new Project({ ...pipeline({ a: command({ run }) }), 'mine/thesis.txt': 'years' });
  expect(await failure(project)).toMatchObject({ cell: 'a', reason: 'bad-output' });
  expect(project.read('mine/thesis.txt')).toBe('years');
  expect(await project.run('p')).toMatchObject({ executed: 0, failed: 1 });
});

test('a folder that `outputs` names must hold a file', async () => {
  const project = new Project(
    pipeline({ a: command({ run: 'mkdir $RETABLE_OUTPUT/plots', outputs: ['plots'] }) }),
  );
  expect(await failure(project)).toMatchObject({
    reason: 'output-missing',
    message: expect.stringMatching(/plots/),
  });
});

test('a folder with a file passes as an output, and its consumer finds it', async () => {
  const project = new Project(
    pipeline({
      a: command({
        run: 'mkdir -p $RETABLE_OUTPUT/plots/x; echo 1 > $RETABLE_OUTPUT/plots/x/one',
        outputs: ['plots'],
      }),
      b: command({ run: 'cp $RETABLE_INPUT_A/plots/x/one $RETABLE_OUTPUT', outputs: ['one'] }, { a: 'a' }),
    }),
  );
  expect(await project.run('p')).toMatchObject({ executed: 2, failed: 0 });
});

test('an output that is a link to a file is not taken for the file', async () => {
  const project = new Project({
    ...pipeline({ a: command({ run: 'ln -s "$PWD/mine.txt" $RETABLE_OUTPUT/it', outputs: ['it'] }) }),
    'mine.txt': 'mine',
  });
  expect(await failure(project)).toMatchObject({ reason: 'bad-output' });
  expect(project.read('mine.txt')).toBe('mine');
});

test('an artifact without files is an empty folder for the program that needs it', async () => {
  const project = new Project(
    pipeline({
      a: command({ run: 'true' }),
      b: command(
        { run: 'ls -A $RETABLE_INPUT_A | wc -l > $RETABLE_OUTPUT/n; test -d "$RETABLE_INPUT_A"' },
        { a: 'a' },
      ),
    }),
  );
  expect(await project.run('p')).toMatchObject({ executed: 2, failed: 0 });
  const stored = readdirSync(project.path('cache/files'), { recursive: true });
  expect(stored.length).toBeGreaterThan(0);
  expect(existsSync(project.path('cache/attempts'))).toBe(true);
});
