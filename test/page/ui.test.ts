import { existsSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';
import { until } from '../support/until.ts';
import { Live, type LiveReader } from './live-client.ts';
import { reportingProject } from './reporting-project.ts';

function runFiles(project: Project): string[] {
  const runs = project.path('cache/runs');
  if (!existsSync(runs)) return [];
  const names = readdirSync(runs, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jsonl'),
  );
  return names.map((name) => join(runs, name)).sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

const nameOf = (path: string) => path.replace(/.*\/|\.jsonl$/g, '');

/** The ids of the events that a page shows, from the files of the runs. */
function idsIn(project: Project, paths = runFiles(project)): string[] {
  return paths.flatMap((path) =>
    project
      .lines(path.slice(project.folder.length + 1))
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event !== 'run-opened' && event !== 'run-closed')
      .map(({ seq }) => `${nameOf(path)}:${seq}`),
  );
}

const idsOf = (...readers: LiveReader[]) =>
  readers.flatMap(({ received }) => received.flatMap(({ id }) => id ?? []));

test('the page is told of each event while the run goes on, in the order of its file', async () => {
  const project = reportingProject();
  const live = await Live.start(project, 'p');
  const reader = live.read();
  const { finished } = project.start(['run', 'p']);
  await reader.hears({ event: 'run', state: 'started' });
  await reader.hears({ event: 'cell', cell: 'a', state: 'running' });
  await reader.hears({ event: 'notice', message: 'a: It is <odd>.' });
  const latencies: number[] = [];
  for (let step = 1; step <= 5; step += 1) {
    project.write(`step-${step}`, '');
    // The cell waits for the next file, so this arrives while it runs.
    await until(() => reader.events.filter(({ event }) => event === 'record').length === step);
    const { at, event } = reader.received.findLast((one) => one.event.event === 'record') ?? {
      at: 0,
      event: undefined,
    };
    if (event?.event === 'record') latencies.push(Math.round(at - Number(event.record.told)));
  }
  console.log(`milliseconds from a report of a cell to its arrival at the page: ${latencies.join(', ')}`);
  await reader.hears({ event: 'progress', cell: 'a' });
  project.write('end', '');
  await reader.hears({ event: 'cell', cell: 'b', state: 'done' });
  await reader.hears({ event: 'run', state: 'finished' });
  await reader.hears({ event: 'changed' });
  expect((await finished).code).toBe(0);
  expect(idsOf(reader)).toEqual(idsIn(project));
});

test('a reader that comes back misses no event and hears none twice: also of a new server and a new run', async () => {
  const project = reportingProject();
  let live = await Live.start(project, 'p');
  const readers = [live.read()];
  const reader = () => readers.at(-1) ?? live.read();
  const comeBack = (from: Live) => {
    const { last } = reader();
    reader().close();
    readers.push(from.read({ last }));
  };
  const first = project.start(['run', 'p']);
  await reader().hears({ event: 'cell', cell: 'a', state: 'running' });
  for (let step = 1; step <= 4; step += 1) {
    project.write(`step-${step}`, '');
    await reader().hears({ event: 'record' });
    if (step === 2) {
      live.child.kill('SIGKILL');
      await live.finished;
      live = await Live.start(project, 'p');
    }
    comeBack(live);
  }
  reader().close();
  project.write('end', '');
  expect((await first.finished).code).toBe(0);
  // A whole run that nobody watched, and then one after the reader is back.
  expect((await project.run('p', '--force', 'b')).executed).toBe(1);
  comeBack(live);
  await reader().hears({ event: 'run', state: 'finished' });
  expect((await project.run('p', '--force', 'b')).executed).toBe(1);
  const all = idsIn(project);
  await until(() => idsOf(...readers).length >= all.length);
  expect(idsOf(...readers)).toEqual(all);
  // Its tables may have changed meanwhile.
  expect(reader().events).toContainEqual({ event: 'changed' });
});

test('a page that has loaded its data hears what they lack: also what running cells had reported', async () => {
  const project = reportingProject();
  const { finished } = project.start(['run', 'p']);
  const live = await Live.start(project, 'p');
  const early = live.read();
  project.write('step-1', '');
  await early.hears({ event: 'record' });
  await early.hears({ event: 'progress' });
  const { body } = await live.ask({ path: '/data.json' });
  const reader = live.read({ path: `/${JSON.parse(body).live.events}` });
  await reader.hears({ event: 'progress' });
  const before = reader.received.filter(({ id }) => id === undefined).map(({ event }) => event.event);
  expect(before).toEqual(['run', 'cell', 'record', 'progress']);
  project.write('end', '');
  await reader.hears({ event: 'run', state: 'finished' });
  await finished;
  const all = idsIn(project);
  const own = idsOf(reader);
  expect(own).toEqual(all.slice(all.length - own.length));
  expect(own.length).toBeLessThan(all.length);
});

test('two runs at the same time are both followed, and a reader that comes back misses nothing of either', async () => {
  const project = new Project({
    'pipelines/p.yaml': `pipeline: p
stages:
  a: {uses: command, with: {run: "touch a-runs; while ! test -e go-a; do sleep 0.05; done"}}
  b: {uses: command, with: {run: "touch b-runs; while ! test -e go-b; do sleep 0.05; done"}}
`,
  });
  const live = await Live.start(project, 'p');
  const one = project.start(['run', 'p', '--only', 'a']);
  await project.appears('a-runs');
  const two = project.start(['run', 'p', '--only', 'b']);
  await project.appears('b-runs');
  const reader = live.read();
  await reader.hears({ event: 'cell', cell: 'a', state: 'running' });
  await reader.hears({ event: 'cell', cell: 'b', state: 'running' });
  reader.close();
  project.write('go-b', '');
  await two.finished;
  project.write('go-a', '');
  await one.finished;
  const again = live.read({ last: reader.last });
  const all = idsIn(project);
  await until(() => again.events.filter(({ event }) => event === 'run').length === 2);
  expect(again.events).toContainEqual({ event: 'cell', cell: 'a', state: 'done' });
  expect(again.events).toContainEqual({ event: 'cell', cell: 'b', state: 'done' });
  expect(again.received.filter(({ id }) => id).length + reader.received.length).toBe(all.length);
});

test('a server that is killed does not harm the run', async () => {
  const project = reportingProject();
  const live = await Live.start(project, 'p');
  const reader = live.read();
  const { finished } = project.start(['run', 'p']);
  await reader.hears({ event: 'cell', cell: 'a', state: 'running' });
  live.child.kill('SIGKILL');
  await live.finished;
  project.write('step-1', '');
  project.write('end', '');
  const { code, stdout } = await finished;
  expect(code).toBe(0);
  expect(stdout).toContain('2 executed');
});

/** The state in which a page that hears these events shows the cell. */
function lastStateOf(reader: ReturnType<Live['read']>, name: string): string | undefined {
  return reader.events
    .flatMap((heard) => (heard.event === 'cell' && heard.cell === name ? [heard.state] : []))
    .at(-1);
}

test('a run that was killed shows as interrupted, also if the end of its file was cut off within a line', async () => {
  const project = reportingProject();
  const live = await Live.start(project, 'p');
  const reader = live.read();
  const { child, finished } = project.start(['run', 'p']);
  await reader.hears({ event: 'cell', cell: 'a', state: 'running' });
  child.kill('SIGKILL');
  await finished;
  await reader.hears({ event: 'run', state: 'interrupted' });
  expect(lastStateOf(reader, 'a')).toBe('interrupted');
  await reader.hears({ event: 'changed' });
  // A page that has loaded its data only now.
  const { body } = await (await Live.start(project, 'p')).ask({ path: '/data.json' });
  const late = live.read({ path: `/${JSON.parse(body).live.events}` });
  await late.hears({ event: 'run', state: 'interrupted' });
  expect(lastStateOf(late, 'a')).toBe('interrupted');
  // Opened after the crash, and after the loss of half a line.
  const [path = ''] = runFiles(project);
  truncateSync(path, project.read(path.slice(project.folder.length + 1)).length - 9);
  const after = (await Live.start(project, 'p')).read();
  await after.hears({ event: 'run', state: 'interrupted' });
  expect(after.events[0]).toEqual({ event: 'run', state: 'started' });
  // The next run is heard of, and its program ends the one that was left.
  project.write('end', '');
  expect(await project.run('p')).toMatchObject({ executed: 2 });
  await after.hears({ event: 'run', state: 'finished' });
  await reader.hears({ event: 'run', state: 'finished' });
});

test('only the browser that has opened the printed address gets something, and only under the name of this machine', async () => {
  const project = reportingProject();
  const live = await Live.start(project, 'p');
  const first = await live.ask({ path: live.url.pathname + live.url.search, headers: {} });
  expect(first.status).toBe(303);
  expect(first.headers.location).toBe('./');
  expect(first.headers['set-cookie']?.[0]).toMatch(
    /^retable-\w+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const page = await live.ask({ path: '/' });
  expect(page.status).toBe(200);
  expect(page.headers).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'/),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  expect(page.headers['content-security-policy']).not.toContain("script-src 'unsafe-inline'");
  const [cookie = ''] = (first.headers['set-cookie']?.[0] ?? '').split(';');
  const status = async (options: object) => (await live.ask(options)).status;
  for (const path of ['/', '/data.json', '/events']) {
    expect(await status({ path, headers: {} })).toBe(403);
    expect(await status({ path, headers: { Cookie: `${cookie}x` } })).toBe(403);
    expect(await status({ path: `${path}?token=wrong`, headers: { Cookie: cookie } })).toBe(403);
    expect(await status({ path, headers: { Cookie: cookie, Host: 'evil.example' } })).toBe(403);
    expect(await status({ path, headers: { Cookie: cookie, Host: '127.0.0.1.evil.example' } })).toBe(403);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect(await status({ path, method, headers: { Cookie: cookie } })).toBe(405);
  }
  // No address at all, which anybody on the machine can send.
  expect(await status({ path: '//', headers: {} })).toBe(400);
  // A tunnel may have another port here.
  expect(await status({ path: '/', headers: { Cookie: cookie, Host: 'localhost:1234' } })).toBe(200);
  expect(await status({ path: '/', method: 'HEAD', headers: { Cookie: cookie } })).toBe(200);
  expect(await status({ path: '/../../etc/passwd', headers: { Cookie: cookie } })).toBe(404);
});

test('twenty readers that never read hold up neither the run nor another reader', async () => {
  const many = `import json, os
with open(os.environ["RETABLE_EVENTS"], "a") as file:
    for step in range(20000):
        file.write(json.dumps({"event": "record", "record": {"step": step, "text": "x" * 400}}) + "\\n")
`;
  const project = new Project({
    'pipelines/p.yaml': 'pipeline: p\nstages: {a: {uses: command, with: {run: [python3, many.py]}}}\n',
    'many.py': many,
  });
  const live = await Live.start(project, 'p');
  for (let k = 0; k < 20; k += 1) live.readNothing();
  const reader = live.read();
  expect((await project.run('p')).executed).toBe(1);
  await reader.hears({ event: 'run', state: 'finished' });
  expect(reader.events.filter(({ event }) => event === 'record')).toHaveLength(20_000);
  expect(idsOf(reader)).toEqual(idsIn(project));
});

test('ui creates and changes no file, and Ctrl-C ends it', async () => {
  const project = reportingProject();
  const fresh = await Live.start(project, 'p');
  expect((await fresh.ask({ path: '/data.json' })).status).toBe(200);
  fresh.child.kill('SIGINT');
  expect((await fresh.finished).code).toBe(0);
  expect(existsSync(project.path('cache'))).toBe(false);
  project.write('end', '');
  await project.run('p');
  const files = () => readdirSync(project.path('.'), { recursive: true, encoding: 'utf8' }).sort();
  const before = files();
  const live = await Live.start(project, 'p');
  const reader = live.read();
  await reader.hears({ event: 'run', state: 'finished' });
  expect((await live.ask({ path: '/' })).status).toBe(200);
  live.child.kill('SIGTERM');
  expect((await live.finished).code).toBe(0);
  expect(files()).toEqual(before);
});

test('a port that is taken, and one that is none, are told', async () => {
  const project = reportingProject();
  const live = await Live.start(project, 'p');
  const taken = await project.retable('ui', 'p', '--port', live.url.port);
  expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining(`Port ${live.url.port} is used`) });
  const wrong = await project.retable('ui', 'p', '--port', '99999');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('from 0 to 65535') });
});
