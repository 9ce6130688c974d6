import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Pace } from '../../src/cli/display/pace.ts';
import { Project } from '../support/project.ts';
import { screenOf } from '../support/terminal.ts';

const files = {
  'pipelines/p.yaml': `pipeline: p
stages:
  bad: {uses: command, with: {run: "exit 3"}}
  slow: {uses: slow}
  last: {uses: command, needs: {slow: slow}, with: {run: "true"}}
tables: {main: {value: slow.score}}
`,
  'stages/slow.ts': `import { existsSync } from 'node:fs';
import { join } from 'node:path';
export default {
  description: 'Goes on when there is a file go.',
  parameters: { type: 'object', properties: {} },
  inputs: {},
  output: 'x',
  async run({ progress, values, places }) {
    progress({ phase: 'train', done: 2, total: 3, unit: 'epoch', loss: 0.75, accuracy: 0.5 });
    while (!existsSync(join(places.project, 'go'))) await new Promise((resolve) => setTimeout(resolve, 20));
    values({ score: 0.5 });
  },
};
`,
};

const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

describe.skipIf(!hasScript)('in a terminal (where util-linux has `script`), a run', () => {
  test('shows what runs with its epoch and loss, how many cells are done, and what failed', async () => {
    const project = new Project(files);
    const line = 'script -qec "stty rows 30 cols 100; $RETABLE run p" /dev/null';
    const { child, finished } = project.shell(line);
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    const shows = async (...parts: string[]) => {
      while (child.exitCode === null && !parts.every((part) => screenOf(output).includes(part)))
        await delay(50);
      for (const part of parts) expect(screenOf(output)).toContain(part);
    };
    await shows('running  slow  train  epoch 2/3  loss 0.750  accuracy 0.500', '1/3 cells, 1 failed');
    expect(screenOf(output)).toMatch(/^failed {3}bad: It exited with 3\.\n {9}log: .*log\.txt$/m);
    expect(screenOf(output)).not.toMatch(/^(running|done) +(bad|last)/m);
    // One report tells nothing of the pace.
    expect(screenOf(output)).not.toMatch(/ left$/m);
    project.write('go', '');
    const { code, stdout } = await finished;
    const screen = screenOf(stdout);
    expect(code).toBe(1);
    expect(screen).not.toContain('running');
    expect(screen).not.toMatch(/\d\/3 cells/);
    expect(screen).toMatch(/^done {5}slow {2}[\d.]+m?s {2}score 0\.500$/m);
    expect(screen).toMatch(/^2 executed, 0 cached, 1 failed in [\d.]+m?s\n/m);
    expect(screen).toMatch(/^tables written to results\/p\/$/m);
  });

  test('that has nothing to do shows the count and the table alone', async () => {
    const project = new Project({ ...files, go: '' });
    await project.run('p', '--only', 'slow');
    const line = 'script -qec "stty rows 30 cols 100; $RETABLE run p --only slow" /dev/null';
    const { code, stdout } = await project.shell(line).finished;
    expect(code).toBe(0);
    expect(screenOf(stdout)).toMatch(
      /^p: 1 cells, \d+ at a time, engine none\n0 executed, 1 cached in [\d.]+m?s\n\nmain\n/,
    );
  });
});

describe('the time left', () => {
  const at = (done: number, phase = 'train') => ({ phase, done, total: 10, unit: 'epoch' });

  test('is not known until a step was seen from its beginning to its end', () => {
    const pace = new Pace();
    expect(pace.secondsLeft(0)).toBeUndefined();
    pace.note(at(1), 5000);
    expect(pace.secondsLeft(60_000)).toBeUndefined();
    pace.note({ phase: 'evaluate' }, 70_000);
    expect(pace.secondsLeft(80_000)).toBeUndefined();
  });

  test('is judged by the steps of this attempt, not by those that it found done', () => {
    const pace = new Pace();
    pace.note(at(6), 1000);
    pace.note(at(8), 21_000);
    // Two epochs in 20 s, and two are left.
    expect(pace.secondsLeft(21_000)).toBe(20);
  });

  test('begins anew with each phase, and is over with the last step', () => {
    const pace = new Pace();
    pace.note(at(0, 'train'), 0);
    pace.note(at(10, 'train'), 100_000);
    expect(pace.secondsLeft(100_000)).toBeUndefined();
    pace.note(at(0, 'attack'), 100_000);
    pace.note(at(5, 'attack'), 101_000);
    expect(pace.secondsLeft(101_000)).toBe(1);
  });
});
