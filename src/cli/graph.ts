import { cellEdges, type Edge, stageEdges } from '../pipeline/graph.ts';
import { EXIT } from './outcome.ts';
import { type PipelineFlags, resolvePipeline } from './workspace.ts';

/** `retable graph`: the stages or cells, with arrows from what they need. */
export async function graph(name: string | undefined, given: PipelineFlags): Promise<number> {
  const { workspace, file, flags } = resolvePipeline(name, given);
  const pipeline = await workspace.load(file, flags);
  const nodes: string[] = flags.cells
    ? pipeline.cells.map(({ id }) => id)
    : pipeline.stages.map((stage) => stage.name);
  const edges = flags.cells ? cellEdges(pipeline) : stageEdges(pipeline);
  if (flags.json) console.log(JSON.stringify({ nodes, edges }));
  else console.log(flags.format === 'dot' ? dot(nodes, edges) : mermaid(nodes, edges));
  return EXIT.done;
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
