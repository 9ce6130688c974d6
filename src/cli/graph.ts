import type { Cell, CellId, Pipeline } from '../pipeline/pipeline.ts';
import { EXIT } from './outcome.ts';
import { type PipelineFlags, resolvePipeline } from './workspace.ts';

type Edge = readonly [from: string, to: string];

/** `retable graph`: the stages or cells, with arrows from what they need. */
export async function graph(name: string | undefined, given: PipelineFlags): Promise<number> {
  const { workspace, file, flags } = resolvePipeline(name, given);
  const pipeline = await workspace.load(file, flags);
  const { nodes, edges } = flags.cells ? cellGraph(pipeline) : stageGraph(pipeline);
  if (flags.json) console.log(JSON.stringify({ nodes, edges }));
  else console.log(flags.format === 'dot' ? dot(nodes, edges) : mermaid(nodes, edges));
  return EXIT.done;
}

function cellGraph({ cells }: Pipeline) {
  const edges = cells.flatMap((cell) => sourcesOf(cell).map((from): Edge => [from, cell.id]));
  return { nodes: cells.map((cell): string => cell.id), edges };
}

function stageGraph({ cells, stages }: Pipeline) {
  const stageOf = new Map(cells.map((cell) => [cell.id, cell.stage]));
  const edges = new Map<string, Edge>();
  for (const cell of cells) {
    for (const need of sourcesOf(cell)) {
      const from = stageOf.get(need) ?? need;
      edges.set(`${from} ${cell.stage}`, [from, cell.stage]);
    }
  }
  return { nodes: stages.map((stage) => stage.name), edges: [...edges.values()] };
}

/** What a cell comes from: its needs, the trials of a choice, and the choice that it uses. */
function sourcesOf({ needs, selects, chosen, after = [] }: Cell): CellId[] {
  return [...Object.values(needs), ...(selects || chosen ? after : [])];
}

function mermaid(nodes: readonly string[], edges: readonly Edge[]): string {
  const ids = new Map(nodes.map((node, index) => [node, `n${index}`]));
  const lines = nodes.map((node) => `  ${ids.get(node)}["${node.replaceAll('"', '&quot;')}"]`);
  return [
    'flowchart LR',
    ...lines,
    ...edges.map(([from, to]) => `  ${ids.get(from)} --> ${ids.get(to)}`),
  ].join('\n');
}

function dot(nodes: readonly string[], edges: readonly Edge[]): string {
  const lines = edges.map(([from, to]) => `  ${JSON.stringify(from)} -> ${JSON.stringify(to)};`);
  return [
    'digraph {',
    '  rankdir=LR;',
    ...nodes.map((node) => `  ${JSON.stringify(node)};`),
    ...lines,
    '}',
  ].join('\n');
}
