import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const files = {
  'pipelines/p.yaml': `pipeline: p
stages:
  data: {uses: command, with: {run: "true"}}
  model: {uses: command, needs: {data: data}, matrix: {name: ['say "hi"', b]}, with: {run: "echo \${{ matrix.name }}"}}
  both: {uses: command, needs: {data: data, model: model}, with: {run: "true"}}
`,
};

test('the graph of stages has each stage once, with an arrow to what needs it', async () => {
  const project = new Project(files);
  const { stdout, code } = await project.retable('graph', 'p');
  expect(code).toBe(0);
  expect(stdout).toBe(`flowchart LR
  n0["data"]
  n1["model"]
  n2["both"]
  n0 --> n1
  n0 --> n2
  n1 --> n2
`);
  expect(await project.json('graph', 'p')).toEqual({
    nodes: ['data', 'model', 'both'],
    edges: [
      ['data', 'model'],
      ['data', 'both'],
      ['model', 'both'],
    ],
  });
});

test('the graph of cells has each cell once, and arrows between cells', async () => {
  const project = new Project(files);
  const { nodes, edges } = await project.json<{ nodes: string[]; edges: string[][] }>(
    'graph',
    'p',
    '--cells',
  );
  expect(nodes).toHaveLength(5);
  expect(edges).toHaveLength(6);
  const names = new Set(nodes);
  for (const edge of edges) expect(edge.every((name) => names.has(name))).toBe(true);
  const plan = await project.json<{ cells: { id: string }[] }>('plan', 'p');
  expect([...nodes].sort()).toEqual(plan.cells.map(({ id }) => id).sort());
});

test('quotes in names do not break the graph, as Mermaid or as DOT', async (context) => {
  const project = new Project(files);
  const mermaid = (await project.retable('graph', 'p', '--cells')).stdout;
  // Mermaid has entities in place of quotes.
  expect(mermaid).toMatch(/^ {2}n\d\["model\[name=.*&quot;hi.*\]"\]$/m);
  for (const line of mermaid.split('\n').filter((one) => one.includes('[')))
    expect(line.match(/"/g)).toHaveLength(2);
  const dot = (await project.retable('graph', 'p', '--cells', '--format', 'dot')).stdout;
  expect(dot).toMatch(/^digraph \{\n/);
  const { status, error } = spawnSync('dot', ['-Tplain'], { input: dot, encoding: 'utf8' });
  if (error !== undefined) return context.skip('Graphviz is not installed');
  expect(status).toBe(0);
});

test('a graph needs no cache and makes none, and a pipeline with mistakes has none', async () => {
  const project = new Project({ ...files, 'pipelines/bad.yaml': 'pipeline: bad\nstages: {a: {uses: no}}\n' });
  await project.retable('graph', 'p');
  expect((await project.shell('ls').finished).stdout).toBe('pipelines\n');
  const { code, stderr } = await project.retable('graph', 'bad');
  expect(stderr).toContain("there is no kind 'no'");
  expect(code).toBe(2);
});
